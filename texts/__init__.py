"""Every text that users read, in Chinese and English side by side, in the YAML files of this folder.

A key is ``file.name``; a text may hold ``{parameters}``. A test holds that each key has both languages
with the same parameters.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Final

import yaml

from texts.citation import cited

_FOLDER: Final = Path(__file__).parent
DEFAULT_LANGUAGE: Final = "zh-CN"
_COMMA: Final = {"zh-CN": "、", "en": ", "}
NOTHING: Final[tuple[object, ...]] = (None, "", "0.00", [], (), {})
"""What a sentence leaves out where it may."""
_CHINESE: Final = re.compile("[\u3400-\u9fff，。、：；（）“”《》〔〕]")
_SPACE_BEFORE: Final = re.compile("([\u3400-\u9fff，。、：；（）“”]) \\{(\\w+)\\}")
_SPACE_AFTER: Final = re.compile("\\{(\\w+)\\} ([\u3400-\u9fff，。、：；（）“”])")
_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All texts: key → language → text."""
    texts: dict[str, dict[str, str]] = {}
    for file in sorted(_FOLDER.glob("*.yaml")):
        for name, languages in (yaml.load(file.read_text(), yaml.CSafeLoader) or {}).items():
            texts[f"{file.stem}.{name}"] = languages
    return texts


_called: Final[dict[str, dict[str, str]]] = {}


def call(names: Mapping[str, Mapping[str, str]]) -> None:
    """From now on words are as this centre calls them, by the word: language → name."""
    _called.clear()
    _called.update({f"words.{word}": dict(named) for word, named in names.items()})


def say(key: str, /, language: str = DEFAULT_LANGUAGE, **parameters: object) -> str:
    """The text for a key in a language, with its parameters filled in.

    Raises KeyError for a key or a parameter that does not exist.
    """
    return cited((_called.get(key) or catalogue()[key])[language].format(**parameters), language)


def tell(key: str, parameters: Mapping[str, object], language: str = DEFAULT_LANGUAGE) -> str:
    """As ``say``; what stands in [brackets] is left out where there is nothing to say there: None, an empty one, 0.00.

    Brackets may hold others. Outside of them nothing is called so, by its word.
    """
    text = catalogue()[key][language]
    empty = {name for name, value in parameters.items() if value in NOTHING}
    while optional := _OPTIONAL.search(text):
        part = optional[1]
        kept = "" if any(name in empty for _, name, _, _ in Formatter().parse(part)) else part
        text = text[: optional.start()] + kept + text[optional.end() :]
    none = say("words.none", language)
    shown = {name: none if name in empty and value != "0.00" else str(value) for name, value in parameters.items()}
    return cited(_close(text, shown).format(**shown), language)


def _close(text: str, shown: Mapping[str, str]) -> str:
    """A text without the spaces that set a name or a number apart, where what stands there is Chinese too."""

    def before(found: re.Match[str]) -> str:
        return found[1] + ("" if _CHINESE.search(shown[found[2]]) else " ") + f"{{{found[2]}}}"

    def after(found: re.Match[str]) -> str:
        return f"{{{found[1]}}}" + ("" if _CHINESE.search(shown[found[1]]) else " ") + found[2]

    return _SPACE_AFTER.sub(after, _SPACE_BEFORE.sub(before, text))


def placeholders(key: str) -> frozenset[str]:
    """The names of the parameters that a text takes."""
    return frozenset(name for _, name, _, _ in Formatter().parse(catalogue()[key][DEFAULT_LANGUAGE]) if name)


def knows(key: str) -> bool:
    """Whether there is a text for a key."""
    return key in _called or key in catalogue()


def label(value: object, language: str = DEFAULT_LANGUAGE) -> str:
    """How users read a value: its word of texts/words.yaml, lists joined, anything else as it is."""
    if isinstance(value, list | tuple | set | frozenset):
        return _COMMA[language].join(label(part, language) for part in value) or "—"
    if value is None:
        return "—"
    return say(f"words.{value}", language) if knows(f"words.{value}") else cited(str(value), language)


def deed(name: str, language: str = DEFAULT_LANGUAGE) -> str:
    """What a message is called, whatever else the centre calls by the same word: a counter is a window, too."""
    said = catalogue().get(f"words.{name}")
    return said[language] if said else name


def sentence(key: str, parameters: Mapping[str, object], language: str = DEFAULT_LANGUAGE) -> str:
    """A text whose parameters are values of the vocabulary: each is shown by its label."""
    return say(key, language, **{name: label(value, language) for name, value in parameters.items()})
