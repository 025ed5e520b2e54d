"""Taking a notice of working days into the centre's own tables."""

from pathlib import Path

from pydantic import ValidationError
from yaml import YAMLError, safe_load

import texts
from cli.out import Exit, fail, no_file
from domain.deadlines.calendar import Notice
from runtime.settings import Settings


def take_notice(file: Path, language: str) -> Notice:
    """A notice of working days, kept as ``notice-YEAR.yaml``; one that is there already stays as it is."""
    try:
        body = file.read_text(encoding="utf-8")
        notice = Notice.model_validate(safe_load(body))
    except OSError as error:
        no_file(file, error, language)
    except (ValidationError, YAMLError, ValueError) as error:
        fail(Exit.BAD_INPUT, texts.say("cli.bad_table", language, file=file, why=error))
    kept = Settings().own_tables / f"notice-{notice.year}.yaml"
    if not kept.exists() or kept.read_text(encoding="utf-8") != body:
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(".new")
        fresh.write_text(body, encoding="utf-8")
        fresh.rename(kept)
    return notice
