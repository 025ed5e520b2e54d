"""A file of facts as somebody wrote it: YAML or JSON, in any encoding that offices write, or standard input."""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

import texts
from cli.out import Exit, fail, no_file
from client.sheets import NoSheet, text_of
from domain.yaml_file import KeyTwice, read_yaml


def text_from(file: str, language: str) -> str:
    """The text of a file, or of standard input for ``-``; exits where it can't be read."""
    try:
        return sys.stdin.read() if file == "-" else text_of(Path(file).read_bytes())
    except OSError as error:
        no_file(file, error, language)
    except NoSheet as bad:
        fail(Exit.BAD_INPUT, texts.say(bad.code, language, **bad.params))


def facts_from(file: str, language: str) -> Any:
    """What a YAML or JSON file says; exits with the reason and the place when it can't be read."""
    text = text_from(file, language)
    try:
        return json.loads(text) if text.lstrip()[:1] in ("{", "[") else read_yaml(text)
    except json.JSONDecodeError as error:
        where = f"{error.lineno}:{error.colno}"
        fail(Exit.BAD_INPUT, texts.say("cli.bad_facts", language, file=file, where=where))
    except KeyTwice as twice:
        fail(Exit.BAD_INPUT, texts.say("cli.key_twice", language, file=file, key=twice.key, line=twice.line))
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{mark.line + 1}:{mark.column + 1}" if mark else str(error)
        fail(Exit.BAD_INPUT, texts.say("cli.bad_facts", language, file=file, where=where))
