"""What was read of each law, and when: the ground on which a row may call itself verified."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from domain.base import Model
from domain.words import Language
from domain.yaml_file import TABLES, read_yaml

_OWN: Final = ("本中心规则", "synthetic")
_CITED: Final = re.compile(r"^(?P<law>.+?) ?Art\. ?(?P<articles>[\d(),、 -]+)(?:（.*）)?$")
_ARTICLE: Final = re.compile(r"(-)?(\d+)(?:\(\d+\))?")


class Contested(Model):
    """An article that was read, and that bears on what rows say by inference, or not in everybody's opinion."""

    source: str
    why: dict[Language, str]


class Reading(Model):
    """Articles that were read in one text: which text, and in which month."""

    text: dict[Language, str]
    read: str
    laws: dict[str, tuple[int, ...]]


class Sources(Model):
    """What was read, and what of it is contested."""

    readings: tuple[Reading, ...]
    contested: tuple[Contested, ...]

    def unread(self, source: str) -> list[str]:
        """What nobody read of a source as rows write it, such as ``行政复议法 Art.20、23; 行政诉讼法 Art.45``."""
        read = {(law, one) for reading in self.readings for law, articles in reading.laws.items() for one in articles}
        return [f"{law} Art.{article}" for law, article in _articles(source) if (law, article) not in read]


def _articles(source: str) -> Iterator[tuple[str, int]]:
    for part in re.split(r"[;；] ?", source):
        if part.startswith(_OWN):
            continue
        if (cited := _CITED.match(part)) is None:
            yield part, 0
            continue
        last = 0
        for through, number in _ARTICLE.findall(cited["articles"]):
            yield from ((cited["law"], one) for one in range(last + 1 if through else int(number), int(number) + 1))
            last = int(number)


@cache
def sources() -> Sources:
    """The register of what was read."""
    return Sources.model_validate(read_yaml((TABLES / "sources.yaml").read_text("utf-8")))
