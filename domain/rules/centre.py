"""What the centre calls itself and others: series of numbers, names, channels (``tables/centre.yaml``)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, StringConstraints, model_validator

from domain.base import Model, Ref
from domain.rules.rule_table import bad, read_table, require_texts
from domain.words import Language
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "centre.yaml"
DRILLS: Final = "DRILL"
"""What the numbers of drills begin with, at every centre."""
Named = Annotated[
    dict[Language, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]],
    Field(min_length=len(Language)),
]
"""A name in every language."""


class CentreTable(Model):
    """The centre's own names."""

    case_series: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,8}$")]
    paper_series: Annotated[str, StringConstraints(pattern=r"^[\u4e00-\u9fff]{1,8}$")]
    names: Mapping[Ref, Named] = {}
    channels: Mapping[Ref, Named] = {}
    rooms: Mapping[Ref, Named] = {}

    @model_validator(mode="after")
    def _not_of_drills(self) -> "CentreTable":
        if self.case_series == DRILLS:
            raise bad("series_of_drills", series=DRILLS)
        return self

    @property
    def words(self) -> dict[str, dict[str, str]]:
        """Every name under its key, as texts take them."""
        return {key: dict(named.items()) for key, named in {**self.channels, **self.rooms, **self.names}.items()}


def centre_table(file: Path | None = None, has_text: Callable[[str], bool] = lambda _: True) -> CentreTable:
    """The shipped table, or one from a file. Raises TableError, OSError.

    ``has_text`` says whether there is such a word to be called otherwise: what is misspelt would rename nothing.
    """
    table = read_table(file or _TABLE, CentreTable)
    require_texts(file or _TABLE, (f"words.{name}" for name in table.names), has_text)
    return table
