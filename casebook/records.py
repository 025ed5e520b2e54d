"""The agencies' records, loaded from exchange files (CSV) and read as draft findings.

An exchange file is CSV in UTF-8 or GB18030 with a header. Its ``record`` column tells the kind of each row; the columns
of each kind are the fields of its model below, which docs/exchange_files.md lists with examples.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import asyncpg
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from casebook.digests import employer_digest, employer_keys, identity_digest
from domain.base import Model, Month, Yuan
from domain.grid.early_warning import NamedEmployer
from domain.identifiers import CreditCode, IdentityNumber
from domain.inquiry.findings import Finding, in_order
from domain.inquiry.records import RecordsQuery, whole
from domain.intake.complaint import Name, Respondent
from domain.refusal import Problem, problems
from domain.words import Agency, InsuranceKind, OperatingState, Relation
from runtime.vault import Vault


def _absent(value: object) -> object:
    return None if value == "" else value


Optional = BeforeValidator(_absent)


class Row(Model):
    """A row about a person, an employer, or a person with an employer."""

    identity_number: Annotated[IdentityNumber | None, Optional] = None
    employer_code: Annotated[CreditCode | None, Optional] = None
    employer_name: Annotated[Name | None, Optional] = None


class _Person(Row):
    identity_number: IdentityNumber


class EmploymentRow(_Person):
    """employment: a person worked for an employer over a span of months, at a monthly wage in yuan, in a relation."""

    first_month: Month
    last_month: Month
    monthly_wage: Annotated[Yuan | None, Optional] = None
    relation: Annotated[Relation, BeforeValidator(lambda value: value or Relation.FULL)] = Relation.FULL
    peasant_contract: Annotated[bool, BeforeValidator(lambda value: value or False)] = False

    _in_order = model_validator(mode="after")(in_order)


class RetirementRow(_Person):
    """retirement: the day on which a person reaches the retirement age."""

    on: date


class InsuredRow(_Person):
    """insured: a person was booked as insured through an employer over a span of months."""

    first_month: Month
    last_month: Month

    _in_order = model_validator(mode="after")(in_order)


class LossRow(_Person):
    """loss: medical costs in yuan that a person bore because the insurance had lapsed."""

    amount: Annotated[Yuan, Field(gt=0)]


class ContributionRow(_Person):
    """contribution: premiums of one insurance received for a person over a span of months."""

    insurance: InsuranceKind
    first_month: Month
    last_month: Month
    base: Annotated[Yuan | None, Optional] = None

    _in_order = model_validator(mode="after")(in_order)


class StateRow(Row):
    """state: the operating state of an employer, since when, and its monthly surplus in yuan by filed figures."""

    state: OperatingState
    since: Annotated[date | None, Optional] = None
    monthly_surplus: Annotated[Yuan | None, Optional] = None


class LegalAidRow(_Person):
    """legal-aid: the union's decision on legal aid for a person."""

    granted: bool
    counsel: Annotated[Name | None, Optional] = None


ROWS: Final[Mapping[Agency, Mapping[str, tuple[type[Row], str]]]] = {
    Agency.LABOR: {
        "employment": (EmploymentRow, "employments"),
        "retirement": (RetirementRow, "retirements"),
    },
    Agency.MEDICAL_INSURANCE: {"insured": (InsuredRow, "insured"), "loss": (LossRow, "losses")},
    Agency.TAX: {"contribution": (ContributionRow, "contributions"), "state": (StateRow, "employers")},
    Agency.UNION: {"legal-aid": (LegalAidRow, "legal_aid")},
}
"""Each agency's kinds of rows: the model of the row, and the part of the finding that it fills."""

SEALED: Final = "record"
"""Context under which the fields of a row are sealed, by the agency's own key."""
KEYS: Final = {"identity_number", "employer_code", "employer_name"}
"""Columns that say whom a row is about."""


class RowError(Model):
    """What is wrong with a row, without the value that was given. Line 1 is the header."""

    line: int
    problem: Problem


class LoadReport(Model):
    """What became of an exchange file."""

    agency: Agency
    rows: int
    loaded: int
    """Rows that were new; a row that was there already is not loaded again."""
    errors: tuple[RowError, ...]
    checked: dict[str, int] | None = None
    """Where the file was only looked at: how many rows of each kind could be loaded."""


async def load(pool: asyncpg.Pool, vault: Vault, agency: Agency, file: Path, *, partial: bool = False) -> LoadReport:
    """Load an exchange file: all of it or, with errors in it, nothing (``partial``: the good rows)."""
    rows, good, errors = parsed(agency, file)
    loaded = 0
    if good and (partial or not errors):
        loaded = await _insert(pool, vault, agency, good)
    return LoadReport(agency=agency, rows=rows, loaded=loaded, errors=tuple(errors))


def checked(agency: Agency, file: Path) -> LoadReport:
    """What loading an exchange file would find, without loading any of it."""
    rows, good, errors = parsed(agency, file)
    kinds = dict(Counter(kind for kind, _ in good))
    return LoadReport(agency=agency, rows=rows, loaded=0, errors=tuple(errors), checked=kinds)


def parsed(agency: Agency, file: Path) -> tuple[int, list[tuple[str, Row]], list[RowError]]:
    """An exchange file: how many rows it has, the good ones with their kinds, and what is wrong with the others."""
    good: list[tuple[str, Row]] = []
    errors: list[RowError] = []
    rows = 0
    text = _text(file.read_bytes())
    if text is None:
        return 0, [], [_whole("records.unreadable")]
    reader = csv.DictReader(io.StringIO(text, newline=""))
    twice = [name for name, times in Counter(reader.fieldnames or ()).items() if times > 1 and name]
    if twice:
        return 0, [], [_whole("records.column-twice", columns=", ".join(twice))]
    if reader.fieldnames is not None:
        for line, raw in enumerate(reader, 2):
            rows += 1
            kind = (raw.pop("record", None) or "").strip()
            entry = ROWS[agency].get(kind)
            if entry is None:
                known = ", ".join(ROWS[agency])
                problem = Problem(field="record", code="records.unknown-kind", params={"known": known})
                errors.append(RowError(line=line, problem=problem))
                continue
            fields = {k: v.strip() for k, v in raw.items() if k and isinstance(v, str)}
            used = {k: v for k, v in fields.items() if v or k in entry[0].model_fields}
            try:
                good.append((kind, entry[0].model_validate(used)))
            except ValidationError as error:
                errors += [RowError(line=line, problem=problem) for problem in problems(error)]
    return rows, good, errors


def _text(raw: bytes) -> str | None:
    """A file in either encoding that offices write; None where it is in neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _whole(code: str, **params: str) -> RowError:
    """What is wrong with a file as a whole: none of it is read."""
    return RowError(line=1, problem=Problem(field="(file)", code=code, params=params))


async def _insert(pool: asyncpg.Pool, vault: Vault, agency: Agency, rows: Sequence[tuple[str, Row]]) -> int:
    vault, values = vault.of_agency(agency), dict[str, tuple[str | None, ...]]()
    for kind, row in rows:
        person = identity_digest(vault, row.identity_number) if row.identity_number else ""
        employer = employer_key(vault, row.employer_name, row.employer_code)
        by_name = employer_key(vault, row.employer_name, None)
        fields = json.dumps(row.model_dump(mode="json", exclude=KEYS), sort_keys=True)
        digest = vault.digest(f"{kind}|{person}|{employer}|{fields}")
        named = NamedEmployer(name=row.employer_name, credit_code=row.employer_code)
        sealed = vault.seal(named.model_dump_json(), "employer") if employer else None
        values[digest] = agency.value, kind, person, employer, by_name, vault.seal(fields, SEALED), digest, sealed
    columns = list(zip(*values.values(), strict=True))
    inserted = await pool.fetch(
        """
        insert into record (agency, kind, identity_digest, employer_digest, employer_name_digest, fields, digest,
            employer)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[])
        on conflict (agency, digest) do update set employer = excluded.employer where record.employer is null
            and excluded.employer is not null
        returning xmax = 0 as new
        """,
        *(list(column) for column in columns),
    )
    return sum(row["new"] for row in inserted)


async def seal_plain(pool: asyncpg.Pool, vault: Vault) -> int:
    """Seal the rows that were loaded before exchange rows were sealed. Returns how many there were."""
    rows = await pool.fetch("select * from record where fields like '{%'")
    for row in rows:
        own = vault.of_agency(Agency(row["agency"]))
        fields = json.dumps(json.loads(row["fields"]), sort_keys=True)
        await pool.execute(
            "update record set fields = $3, digest = $4 where agency = $1 and digest = $2",
            row["agency"],
            row["digest"],
            own.seal(fields, SEALED),
            own.digest(f"{row['kind']}|{row['identity_digest']}|{row['employer_digest']}|{fields}"),
        )
    return len(rows)


def employer_key(vault: Vault, name: str | None, credit_code: str | None) -> str:
    """The digest by which an agency's rows about an employer are found; empty where none is named."""
    if not (credit_code or name):
        return ""
    return employer_digest(vault, Respondent(ref="e", name=name or "-", credit_code=credit_code))


class TableRecords:
    """An agency's records in the casebook's own table, as loaded from its exchange files."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, agency: Agency) -> None:
        self._pool, self._vault, self._agency = pool, vault.of_agency(agency), agency

    async def read(self, query: RecordsQuery) -> Finding:
        """The finding that the loaded rows give for the people and employers of a case."""
        people = {identity_digest(self._vault, c.identity_number): c.ref for c in query.claimants}
        rows = await self._pool.fetch(
            """
            select kind, identity_digest, employer, fields from record
            where agency = $1 and (identity_digest = any($2)
                or (identity_digest = '' and (employer_digest = any($3) or employer_name_digest = any($3))))
            order by digest
            """,
            self._agency.value,
            list(people),
            employer_keys(self._vault, query.respondents),
        )
        return self._finding(rows, people, query)

    def _finding(
        self,
        rows: Iterable[asyncpg.Record],
        people: Mapping[str, str],
        query: RecordsQuery,
    ) -> Finding:
        parts: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            _, part = ROWS[self._agency][row["kind"]]
            named: dict[str, Any] = json.loads(self._vault.open(row["fields"], SEALED))
            if "first_month" in named and not query.covers(named["first_month"], named["last_month"]):
                continue
            if row["identity_digest"]:
                named["claimant"] = people[row["identity_digest"]]
            if row["employer"]:
                about = NamedEmployer.model_validate_json(self._vault.open(row["employer"], "employer"))
                same = (r.ref for r in query.respondents if r.is_also(about.name, about.credit_code))
                if (ref := next(same, None)) is None:
                    continue
                named["employer"] = ref
            parts.setdefault(part, []).append(named)
        for entries in parts.values():
            entries.sort(key=lambda entry: (entry.get("claimant", ""), entry.get("first_month") or ""))
        if "employers" in parts:
            parts["employers"] = _latest(parts["employers"])
        return whole(self._agency, parts)


def _latest(states: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the states of each employer the latest; of several since one day all, which contradict each other."""
    last: dict[str, str] = {}
    for one in states:
        last[one["employer"]] = max(one.get("since") or "", last.get(one["employer"], ""))
    return [one for one in states if (one.get("since") or "") == last[one["employer"]]]
