"""Who stands in which case already: what a window asks before it files anew."""

from typing import Annotated, Final

import asyncpg
from pydantic import Field, model_validator

from casebook.digests import identity_digest, keys_of_text
from casebook.lists import CaseLine, case_line
from domain.base import Model
from domain.identifiers import IdentityNumber
from domain.intake.complaint import Name
from runtime.vault import Vault

_MOST: Final = 50


class Sought(Model):
    """Whom somebody looks for: people by their identity numbers, an employer by its name, a part of it, or its code."""

    identity_numbers: Annotated[tuple[IdentityNumber, ...], Field(max_length=100)] = ()
    employer: Name | None = None

    @model_validator(mode="after")
    def _somebody(self) -> "Sought":
        if not (self.identity_numbers or self.employer):
            raise ValueError("people.nobody_sought")
        return self


class Standing(Model):
    """A case in which some of them stand."""

    line: CaseLine
    people: tuple[int, ...]
    """Which of the people sought are claimants of it, by their place in the search."""
    employer: bool
    """Whether the employer sought answers in it."""
    own: bool
    """Whether the window that asks filed it, or a complaint that joined it: no other window speaks in it."""


async def standing(pool: asyncpg.Pool, vault: Vault, sought: Sought, window: str | None = None) -> list[Standing]:
    """The cases of those sought, whichever window filed them: running ones first, those of most of the people before
    others, those of the employer too before others, the latest before earlier ones; at most fifty.
    """
    digests = [identity_digest(vault, number) for number in sought.identity_numbers]
    exact, parts = keys_of_text(vault, sought.employer) if sought.employer else ([], [])
    rows = await pool.fetch(
        """
        with found as (
            select coalesce(d.joined_to, d."case") as "case", array_agg(c.identity_digest) as people, false as employer
            from claimant c join dispute d using ("case") where c.identity_digest = any($1) group by 1
            union all
            select "case", '{}', true from dispute where joined_to is null and (employer_keys && $2
                or ($3::text[] <> '{}' and employer_keys @> $3 and not exists (
                    select from dispute where employer_keys && $2)))
        )
        select d.*, f.people as people_found, f.employer as employer_found, exists (
            select from dispute o where o.channel = $5 and d."case" in (o."case", o.joined_to)) as own
        from dispute d join (
            select "case", array_agg(distinct p) filter (where p is not null) as people, bool_or(employer) as employer
            from found left join lateral unnest(people) p on true group by 1
        ) f using ("case")
        order by d.closed, coalesce(cardinality(f.people), 0) desc, f.employer desc, d.filed_at desc limit $4
        """,
        digests,
        exact,
        parts,
        _MOST,
        window,
    )
    return [
        Standing(
            line=case_line(row, vault),
            people=tuple(at for at, one in enumerate(digests) if one in (row["people_found"] or ())),
            employer=row["employer_found"],
            own=row["own"],
        )
        for row in rows
    ]
