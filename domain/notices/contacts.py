"""Where agencies, officers, mediators and the supervisor are reached: ``contacts.yaml`` of the centre's own tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints

from domain.base import Model, Ref
from domain.rules.rule_table import read_table


class Contact(Model):
    """Somebody's addresses."""

    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)] | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 -]{4,24}$")] | None = None


class Contacts(Model):
    """Everybody's, by actor id or agency: ``tax: {email: …, phone: …}``."""

    people: Mapping[Ref, Contact] = {}

    def of(self, who: str, kind: Literal["email", "phone"]) -> str | None:
        """Somebody's address of a kind; None when there is none."""
        known = self.people.get(who)
        return None if known is None else known.email if kind == "email" else known.phone


def contacts(file: Path | None = None) -> Contacts:
    """The contacts of a file, or nobody's. Raises TableError, OSError."""
    return Contacts() if file is None else read_table(file, Contacts, under="people")
