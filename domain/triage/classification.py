"""Triage by a rule table: facts in, class, lane, group, agencies and the reasons out."""

import hashlib
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import Field, field_validator, model_validator

from domain.base import Model, Ref, Yuan
from domain.rules.coverage import Box, Space, common, gap, is_empty
from domain.rules.rule_table import Condition, bad, conditions, read_table, require_texts
from domain.words import Agency, CaseClass, ClaimKind, InsuranceKind, Lane, Language, OperatingState
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "triage.yaml"
LOWEST_PRIORITY: Final = 5
_NEARLY: Final = Decimal(2) / 3
"""A rule with one threshold was near when the fact reached this part of it."""

Count = Annotated[int, Field(ge=0)]


class TriageFacts(Model):
    """What is known of a case when it is triaged. ``None`` means not known yet."""

    claimants: Annotated[int, Field(ge=1)] = 1
    amount: Annotated[Yuan, Field(ge=0)] | None = None
    """What is claimed, or, once it is computed, part A with late fees, in yuan."""
    employer_state: OperatingState | None = None
    insurance_kinds: tuple[InsuranceKind, ...] = ()
    claim_kinds: tuple[ClaimKind, ...] = ()
    respondents: Annotated[int, Field(ge=1)] = 1
    """Employers in sequence, dispatch agencies included; shareholders and liquidators are not counted."""
    contested_relation: bool = False
    policy_question: bool = False
    cross_jurisdiction: bool = False
    near_retirement: Count = 0
    """Claimants who retire within two years."""
    insolvency: bool = False
    foreign_element: bool = False
    earlier_cases: Count = 0
    """Other cases against the same employer."""
    vulnerable: Count = 0
    """Claimants who are seriously ill, disabled, minor, or in need."""
    media_or_mass_risk: bool = False
    legal_aid_requested: bool = False
    discrepancies: Count = 0
    """Contradictions between findings that the joint meeting has to decide."""
    other_proceedings: bool = False
    """The same claim is before an arbitration commission or a court already."""
    insurance_waived: bool = False
    """The worker had agreed to go without insurance."""
    platform_work: bool = False
    """The work was given out through a platform."""
    dispatch: bool = False
    """A dispatch agency is among the respondents."""


class Rule(Model):
    """A row of the table. All conditions must hold; what it says is joined with what other rules say."""

    id: Ref
    when: tuple[Condition, ...] = ()
    case_class: CaseClass | None = None
    rank: int | None = None
    """Of the fired rules that name a class, those of the lowest rank decide. Left out, the class's own rank."""
    lane: Lane | None = None
    agencies: tuple[Agency, ...] = ()
    urgency: Annotated[int, Field(ge=0, le=4)] = 0
    """Raises the priority by this much."""
    says: dict[Language, str] = {}
    """The reason in each language, for a rule that texts/triage.yaml does not know; it may name the rule's facts."""
    source: str = "本中心规则"
    verified: bool = True

    @field_validator("when", mode="before")
    @classmethod
    def _as_written(cls, when: Any) -> Any:
        return conditions(when, TriageFacts) if isinstance(when, dict) else when

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.says and set(self.says) != set(Language):
            raise bad("untranslated", row=self.id)
        for text in self.says.values():
            try:
                text.format(**{condition.fact: "" for condition in self.when})
            except KeyError as unknown:
                raise bad("unknown_parameter", row=self.id, fact=unknown.args[0]) from None
            except (ValueError, IndexError, AttributeError):
                raise bad("unreadable", row=self.id, text=text) from None
        return self


class TriageTable(Model):
    """The rules, and how they are ranked against each other: earlier wins.

    A table is only valid if every combination of facts gets exactly one class, a lane, and an agency to ask, and if
    every class that a rule names decides some case.
    """

    classes: tuple[CaseClass, ...] = ()
    """Gives rules their rank: 10 for the first class, 20 for the next. Left out, each rule states its own."""
    lanes: tuple[Lane, ...]
    groups: dict[CaseClass, Ref]
    rules: tuple[Rule, ...]
    version: str = ""

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise bad("duplicate_row", row=rule.id)
            seen.add(rule.id)
            if rule.case_class and rule.rank is None and not self.classes:
                raise bad("no_rank", row=rule.id)
        if self.classes and sorted(self.classes) != sorted(CaseClass):
            raise bad("ranking", list="classes", every=", ".join(CaseClass))
        if sorted(self.lanes) != sorted(Lane):
            raise bad("ranking", list="lanes", every=", ".join(Lane))
        if set(self.groups) != set(CaseClass):
            raise bad("groups", every=", ".join(CaseClass))
        return self

    @model_validator(mode="after")
    def _every_case_gets_one_class(self) -> Self:
        space = Space(TriageFacts, (rule.when for rule in self.rules))
        boxes = {rule.id: space.box(rule.when) for rule in self.rules}
        for rule in self.rules:
            if is_empty(boxes[rule.id]):
                raise bad("never_fires", row=rule.id)
        for gives, rules in {
            "class": [rule for rule in self.rules if rule.case_class],
            "lane": [rule for rule in self.rules if rule.lane],
            "agency": [rule for rule in self.rules if rule.agencies],
        }.items():
            if (left := gap(space.whole, [boxes[rule.id] for rule in rules])) is not None:
                raise bad(f"no_{gives}_for", facts=_told(space, left))
        self._one_class_each(space, boxes)
        return self

    def _one_class_each(self, space: Space, boxes: dict[str, Box]) -> None:
        deciding = sorted((rule for rule in self.rules if rule.case_class), key=self.rank)
        for place, rule in enumerate(deciding):
            above = [boxes[other.id] for other in deciding[:place] if self.rank(other) < self.rank(rule)]
            if gap(boxes[rule.id], above) is None:
                raise bad("outranked", row=rule.id)
            for other in deciding[:place]:
                if self.rank(other) == self.rank(rule) and other.case_class is not rule.case_class:
                    both = gap(common(boxes[rule.id], boxes[other.id]), above)
                    if both is not None:
                        raise bad("two_classes", row=other.id, other=rule.id, facts=_told(space, both))

    def rank(self, rule: Rule) -> int:
        """The rank of a rule that names a class."""
        if rule.rank is not None or rule.case_class is None:
            return rule.rank or 0
        return 10 * (self.classes.index(rule.case_class) + 1)


def _told(space: Space, box: Box) -> str:
    return ", ".join(f"{fact}: {shown(value)}" for fact, value in space.example(box).items()) or "-"


class Fired(Model):
    """A rule whose conditions all held, with the facts that they held of."""

    rule: Ref
    case_class: CaseClass | None
    lane: Lane | None
    agencies: tuple[Agency, ...]
    urgency: int
    facts: dict[str, str]
    says: dict[Language, str] = {}
    source: str
    verified: bool = True


class Missed(Model):
    """A condition that did not hold: the value it wanted and the value found, ``None`` where it is not known."""

    fact: str
    comparison: str
    wanted: str
    found: str


class NearMiss(Model):
    """A rule that would have fired but for some of its conditions."""

    rule: Ref
    missed: tuple[Missed, ...]
    held: int = 1
    """How many of its conditions held."""


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
    """Rules of which half of the conditions held, or whose threshold was almost reached; the nearest first."""
    table: str
    """Version of the table that was used."""
    groups: dict[CaseClass, Ref] = {}
    """The group of each class, for when the supervisor reclassifies."""


def group_of(found: Triage, reclassified: CaseClass | None) -> Ref:
    """The mediation group of the class in force."""
    return found.group if reclassified is None else found.groups.get(reclassified, f"{reclassified}-group")


def triage(facts: TriageFacts, table: TriageTable) -> Triage:
    """Class a case. Several rules may fire; the ranks of the rules and the ranking of lanes decide."""
    fired = [rule for rule in table.rules if all(condition.holds(facts) for condition in rule.when)]
    lane = min((rule.lane for rule in fired if rule.lane), key=table.lanes.index)
    case_class = min((table.rank(rule), rule.case_class) for rule in fired if rule.case_class)[1]
    asked = {agency for rule in fired for agency in rule.agencies}
    return Triage(
        case_class=case_class,
        lane=lane,
        group=table.groups[case_class],
        agencies=tuple(agency for agency in Agency if agency in asked),
        priority=max(1, LOWEST_PRIORITY - 2 - sum(rule.urgency for rule in fired)),
        fired=tuple(_why(rule, facts) for rule in fired),
        nearly=tuple(sorted(_nearly(table.rules, facts), key=lambda near: (len(near.missed), -near.held, near.rule))),
        table=table.version,
        groups=table.groups,
    )


def _why(rule: Rule, facts: TriageFacts) -> Fired:
    return Fired(
        rule=rule.id,
        case_class=rule.case_class,
        lane=rule.lane,
        agencies=rule.agencies,
        urgency=rule.urgency,
        facts={c.fact: shown(getattr(facts, c.fact)) for c in rule.when},
        says=rule.says,
        source=rule.source,
        verified=rule.verified,
    )


def _nearly(rules: Iterable[Rule], facts: TriageFacts) -> Iterable[NearMiss]:
    for rule in rules:
        failed = [condition for condition in rule.when if not condition.holds(facts)]
        held = len(rule.when) - len(failed)
        if failed and (held >= len(failed) or (held == 0 and all(_almost(c, facts) for c in failed))):
            missed = tuple(
                Missed(fact=c.fact, comparison=c.comparison, wanted=shown(c.value), found=shown(getattr(facts, c.fact)))
                for c in failed
            )
            yield NearMiss(rule=rule.id, missed=missed, held=held)


def _almost(condition: Condition, facts: TriageFacts) -> bool:
    found, wanted = getattr(facts, condition.fact), condition.value
    if found is None or condition.comparison not in ("ge", "le"):
        return False
    return bool(found >= _NEARLY * wanted if condition.comparison == "ge" else _NEARLY * found <= wanted)


def shown(value: object) -> str:
    """A fact as results carry it; ``texts`` makes words of it."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def load_table(file: Path = _TABLE, has_text: Callable[[str], bool] | None = None) -> TriageTable:
    """A rule table, checked; held to have a text for each rule if ``has_text`` is given. Raises TableError, OSError."""
    version = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    table = read_table(file, TriageTable, version=version)
    if has_text is not None:
        require_texts(file, (f"triage.{rule.id}" for rule in table.rules if not rule.says), has_text)
    return table
