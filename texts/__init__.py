"""Every text that users read, in Chinese and English side by side, in the YAML files of this folder.

A key is ``file.name``; a text may hold ``{parameters}``. A test holds that each key has both languages
with the same parameters.
"""

from functools import cache
from pathlib import Path
from typing import Final

import yaml

_FOLDER: Final = Path(__file__).parent
DEFAULT_LANGUAGE: Final = "zh-CN"


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All texts: key → language → text."""
    texts: dict[str, dict[str, str]] = {}
    for file in sorted(_FOLDER.glob("*.yaml")):
        for name, languages in yaml.load(file.read_text(), yaml.CSafeLoader).items():
            texts[f"{file.stem}.{name}"] = languages
    return texts


def say(key: str, language: str = DEFAULT_LANGUAGE, **parameters: object) -> str:
    """The text for a key in a language, with its parameters filled in.

    Raises KeyError for a key or a parameter that does not exist.
    """
    return catalogue()[key][language].format(**parameters)
