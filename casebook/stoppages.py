"""What an agency's exchange rows say of employers as such: until when they paid, and who still works there."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import asyncpg

from casebook.records import SEALED, employer_key
from domain.base import Month
from domain.grid.early_warning import NamedEmployer, PaidUntil
from domain.words import Agency
from runtime.vault import Vault

_PAGE: Final = 5000
_ROWS: Final = """
    select employer_digest, identity_digest, digest, employer, fields from record
    where agency = $1 and kind = $2 and employer_digest <> '' and (employer_digest, digest) > ($3, $4)
        and ($5::text[] is null or employer_digest = any($5))
    order by employer_digest, digest limit $6
"""


class TableStoppages:
    """The rows of one agency, read in pages. ``alive`` hears how many have come."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, agency: Agency, alive: Callable[[int], None]) -> None:
        self._pool, self._vault, self._agency, self._alive = pool, vault.of_agency(agency), agency, alive

    async def paid_until(self, first: Month, last: Month) -> list[PaidUntil]:
        """The employers that a row names and that paid for a month from first to last, and for none after it."""
        latest: dict[str, tuple[Month, set[str]]] = {}
        named: dict[str, str] = {}
        async for key, person, month, employer in self._rows("contribution"):
            month_before, people = latest.get(key, ("", set()))
            if month > month_before:
                latest[key] = month, {person}
            elif month == month_before:
                people.add(person)
            if employer is not None:
                named[key] = employer
        return [
            PaidUntil(
                employer=NamedEmployer.model_validate_json(self._vault.open(named[key], "employer")),
                last_month=month,
                people=len(people),
            )
            for key, (month, people) in latest.items()
            if key in named and first <= month <= last
        ]

    async def still_employed(self, employers: Sequence[NamedEmployer], since: Sequence[Month]) -> tuple[int, ...]:
        """How many people work for each of the employers in or after a month of its own."""
        keys = [employer_key(self._vault, one.name, one.credit_code) for one in employers]
        asked = dict(zip(keys, since, strict=True))
        working: dict[str, set[str]] = {key: set() for key in keys}
        async for key, person, month, _ in self._rows("employment", keys):
            if month >= asked[key]:
                working[key].add(person)
        return tuple(len(working[key]) for key in keys)

    async def _rows(
        self, kind: str, employers: list[str] | None = None
    ) -> AsyncIterator[tuple[str, str, Month, str | None]]:
        """Employer, person, last month and (sealed) who the employer is, of each row of a kind."""
        read, last = 0, ("", "")
        while True:
            page = await self._pool.fetch(_ROWS, self._agency.value, kind, *last, employers, _PAGE)
            for row in page:
                month: Month = json.loads(self._vault.open(row["fields"], SEALED))["last_month"]
                yield row["employer_digest"], row["identity_digest"], month, row["employer"]
            read += len(page)
            self._alive(read)
            if len(page) < _PAGE:
                return
            last = page[-1]["employer_digest"], page[-1]["digest"]
