"""Triage by a rule table: facts in, class, lane, group, agencies and the reasons out."""

import hashlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Self

import yaml
from pydantic import Field, model_validator

from domain.base import Model, Ref, Yuan
from domain.words import Agency, CaseClass, ClaimKind, InsuranceKind, Lane, OperatingState

_TABLE: Final = Path(__file__).parent / "tables" / "triage.yaml"
LOWEST_PRIORITY: Final = 5


class TriageFacts(Model):
    """What is known of a case when it is triaged. ``None`` means not known yet."""

    claimants: int = 1
    amount: Yuan | None = None
    employer_state: OperatingState | None = None
    insurance_kinds: tuple[InsuranceKind, ...] = ()
    claim_kinds: tuple[ClaimKind, ...] = ()
    respondents: int = 1
    """Employers in sequence, dispatch agencies included; shareholders and liquidators are not counted."""
    contested_relation: bool = False
    policy_question: bool = False
    cross_jurisdiction: bool = False
    near_retirement: int = 0
    insolvency: bool = False
    foreign_element: bool = False
    earlier_cases: int = 0
    vulnerable: int = 0
    media_or_mass_risk: bool = False
    legal_aid_requested: bool = False
    discrepancies: int = 0
    other_proceedings: bool = False


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "is": lambda fact, value: fact == value,
    "ge": lambda fact, value: fact >= value,
    "le": lambda fact, value: fact <= value,
    "in": lambda fact, value: fact in value,
    "any": lambda fact, value: bool(set(fact) & set(value)),
}


class Condition(Model):
    """One comparison of a fact; an unknown fact meets no condition."""

    fact: str
    operator: str
    value: Any

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.fact not in TriageFacts.model_fields:
            raise ValueError(f"no fact is called {self.fact}")
        if self.operator not in _OPERATORS:
            raise ValueError(f"no operator is called {self.operator}; there are {', '.join(_OPERATORS)}")
        return self

    def holds(self, facts: TriageFacts) -> bool:
        """Whether the facts meet it."""
        fact = getattr(facts, self.fact)
        if fact is None:
            return False
        value = Decimal(str(self.value)) if isinstance(fact, Decimal) else self.value
        return _OPERATORS[self.operator](fact, value)

    def __str__(self) -> str:
        return f"{self.fact} {self.operator} {self.value}"


class Rule(Model):
    """A row of the table. All conditions must hold; what it says is joined with what other rules say."""

    id: Ref
    when: tuple[Condition, ...] = ()
    case_class: CaseClass | None = None
    lane: Lane | None = None
    agencies: tuple[Agency, ...] = ()
    urgency: Annotated[int, Field(ge=0, le=4)] = 0
    """Raises the priority by this much."""
    source: str = "本中心规则"

    @model_validator(mode="before")
    @classmethod
    def _short_conditions(cls, data: Any) -> Any:
        """``when: {claimants: {ge: 10}}`` as written in the table; a bare value means ``is``."""
        when = data.get("when", {})
        if isinstance(when, dict):
            conditions = []
            for fact, test in when.items():
                comparisons = test if isinstance(test, dict) else {"is": test}
                conditions += [
                    {"fact": fact, "operator": operator, "value": value} for operator, value in comparisons.items()
                ]
            return {**data, "when": conditions}
        return data


class TriageTable(Model):
    """The rules, and how they are ranked against each other: earlier wins."""

    classes: tuple[CaseClass, ...]
    lanes: tuple[Lane, ...]
    groups: dict[CaseClass, Ref]
    rules: tuple[Rule, ...]
    version: str = ""

    @model_validator(mode="after")
    def _every_case_gets_one_class(self) -> Self:
        ids = [rule.id for rule in self.rules]
        if len(ids) != len(set(ids)):
            raise ValueError("two rules have the same id")
        for name, ranked, every in (("classes", self.classes, CaseClass), ("lanes", self.lanes, Lane)):
            if sorted(ranked) != sorted(every):
                raise ValueError(f"{name} must rank each of {', '.join(every)} once")
        if set(self.groups) != set(CaseClass):
            raise ValueError("groups must name the group of every class")
        if not any(r.case_class and not r.when for r in self.rules):
            raise ValueError("a case that meets no condition gets no class: add a rule without conditions")
        if not any(r.lane and not r.when for r in self.rules):
            raise ValueError("a case that meets no condition gets no lane: add a rule without conditions")
        return self


class Fired(Model):
    """A rule whose conditions all held, with the facts that they held of."""

    rule: Ref
    case_class: CaseClass | None
    lane: Lane | None
    agencies: tuple[Agency, ...]
    urgency: int
    facts: dict[str, str]
    source: str


class NearMiss(Model):
    """A rule that would have fired but for one condition."""

    rule: Ref
    failed: str
    fact: str


class Triage(Model):
    """The result, and why."""

    case_class: CaseClass
    lane: Lane
    group: Ref
    agencies: tuple[Agency, ...]
    priority: Annotated[int, Field(ge=1, le=5)]
    """1 is the most urgent, as Temporal counts."""
    fired: tuple[Fired, ...]
    nearly: tuple[NearMiss, ...]
    table: str
    """Version of the table that was used."""


def triage(facts: TriageFacts, table: TriageTable) -> Triage:
    """Class a case. Several rules may fire; the table's ranking of classes and lanes decides."""
    fired, nearly = [], []
    for rule in table.rules:
        failed = [condition for condition in rule.when if not condition.holds(facts)]
        if not failed:
            fired.append(rule)
        elif len(failed) == 1 and len(rule.when) > 1:
            fact = str(getattr(facts, failed[0].fact))
            nearly.append(NearMiss(rule=rule.id, failed=str(failed[0]), fact=fact))
    case_class = min((r.case_class for r in fired if r.case_class), key=table.classes.index)
    lane = min((r.lane for r in fired if r.lane), key=table.lanes.index)
    asked = {agency for rule in fired for agency in rule.agencies}
    return Triage(
        case_class=case_class,
        lane=lane,
        group=table.groups[case_class],
        agencies=tuple(agency for agency in Agency if agency in asked),
        priority=max(1, LOWEST_PRIORITY - 2 - sum(rule.urgency for rule in fired)),
        fired=tuple(_why(rule, facts) for rule in fired),
        nearly=tuple(nearly),
        table=table.version,
    )


def _why(rule: Rule, facts: TriageFacts) -> Fired:
    return Fired(
        rule=rule.id,
        case_class=rule.case_class,
        lane=rule.lane,
        agencies=rule.agencies,
        urgency=rule.urgency,
        facts={c.fact: _shown(getattr(facts, c.fact)) for c in rule.when},
        source=rule.source,
    )


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def load_table(file: Path = _TABLE) -> TriageTable:
    """A rule table, checked. Raises pydantic.ValidationError saying what is wrong with it."""
    text = file.read_text()
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    return TriageTable.model_validate({**yaml.safe_load(text), "version": version})
