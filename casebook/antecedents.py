"""What happened before between the parties of a case: the employers' other cases, and who mediated between them."""

import asyncpg

from casebook.digests import code_digest, employer_keys, identity_digest
from domain.case.requests import Antecedents
from domain.intake.complaint import Complaint
from runtime.vault import Vault


async def antecedents(pool: asyncpg.Pool, vault: Vault, case: str, complaint: Complaint) -> Antecedents:
    """Other cases against any of the employers, and how many of them ended in a breach."""
    row = await pool.fetchrow(
        """
        select count(*) as cases, count(*) filter (where outcome = 'breached') as defaults
        from dispute where employer_keys && $1::text[] and (employer_code is null or employer_code = any($3) or $4)
          and "case" <> $2 and joined_to is null
          and drill = (select drill from dispute where "case" = $2)
        """,
        employer_keys(vault, complaint.respondents),
        case,
        *_by_code(vault, complaint),
    )
    assert row is not None
    return Antecedents(cases=row["cases"], defaults=row["defaults"])


async def earlier_mediators(pool: asyncpg.Pool, vault: Vault, case: str, complaint: Complaint) -> tuple[str, ...]:
    """Who mediated an earlier case, now closed, of one of the claimants against one of the respondents."""
    rows = await pool.fetch(
        """
        select distinct d.mediator from dispute d join claimant c using ("case")
        where d.mediator is not null and d.closed and d."case" <> $3
          and d.employer_keys && $1::text[] and (d.employer_code is null or d.employer_code = any($4) or $5)
          and c.identity_digest = any($2)
          and d.drill = (select drill from dispute where "case" = $3)
        order by d.mediator
        """,
        employer_keys(vault, complaint.respondents),
        [identity_digest(vault, claimant.identity_number) for claimant in complaint.claimants],
        case,
        *_by_code(vault, complaint),
    )
    return tuple(row["mediator"] for row in rows)


def _by_code(vault: Vault, complaint: Complaint) -> tuple[list[str], bool]:
    """The credit codes of the respondents, and whether one has none: only then does a name alone say who it is."""
    codes = [code_digest(vault, respondent) for respondent in complaint.respondents]
    return [code for code in codes if code], None in codes
