"""What an intake service files: who complains of whom, and for what."""

import unicodedata
from datetime import date
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from domain.base import Model, Month, Ref, Text, Yuan, last_day
from domain.identifiers import CreditCode, IdentityNumber, birth_date, same_name
from domain.words import EMPLOYING, ClaimKind, InsuranceKind, RespondentKind, Trade

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


def _half_width(value: object) -> object:
    """Full-width characters as Chinese input methods leave them, and spaces, are no other number."""
    return unicodedata.normalize("NFKC", value).replace(" ", "") if isinstance(value, str) else value


Phone = Annotated[str, BeforeValidator(_half_width), StringConstraints(pattern=r"^\+?[0-9-]{5,20}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)]
MAX_CLAIMANTS = 5000
WORKING_AGE = 16
"""Nobody younger may be employed (劳动法 Art.15)."""
MARRIED_AT_LEAST = 16
"""In years: no law known marries anybody younger."""


Kinship = Literal["spouse", "child", "parent", "sibling", "grandparent", "grandchild"]
"""A near relative (民法典 Art.1045)."""


class Successor(Model):
    """The near relative who goes on for a claimant who has died (劳动争议调解仲裁法 Art.25)."""

    name: Name
    identity_number: IdentityNumber
    kinship: Kinship
    died_on: date
    phone: Phone | None = None

    def lived(self, born: date | None) -> None:
        """Raise ValueError where the claimant, born on a day, can't have died or left this relative."""
        if born is not None and self.died_on < born:
            raise ValueError("complaint.died_before_birth")
        own = birth_date(self.identity_number)
        if self.kinship == "spouse" and own is not None and self.died_on.year - own.year < MARRIED_AT_LEAST:
            raise ValueError("complaint.spouse_is_a_child")


class Claimant(Model):
    """A worker who claims. Everything outside the complaint names them by ``ref`` only."""

    ref: Ref
    name: Name
    identity_number: IdentityNumber
    social_security_number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{8,20}$")] | None = None
    """Where the insurance keeps somebody under another number than that of the document, as of foreigners."""
    phone: Phone | None = None
    email: Email | None = None
    retires_on: date | None = None
    """When the claimant reaches the retirement age, if the intake service knows it."""
    vulnerable: bool = False
    """Seriously ill, disabled, minor, or in need: raises the priority."""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] | None = None
    """What the claimant speaks, by its ISO 639 code, where it is not Chinese: a mediator who speaks it is preferred."""

    successor: Successor | None = None
    """Who goes on for a claimant who has died: from then on the claimant's ref is theirs to speak under."""


Attitude = Literal["willing", "declined"]


class Respondent(Model):
    """Who answers for the claim: an employer, or somebody liable in its stead."""

    ref: Ref
    name: Name
    former_names: Annotated[tuple[Name, ...], Field(max_length=10)] = ()
    """What it was called before: whoever knew it by one of these means the same."""
    kind: RespondentKind = RespondentKind.EMPLOYER
    credit_code: CreditCode | None = None
    trade: Trade | None = None
    unit: str | None = None
    phone: Phone | None = None
    email: Email | None = None
    attitude: Attitude | None = None
    """What the respondent has said about talking, as the intake service or the grid heard it; None when unknown."""

    @property
    def names(self) -> frozenset[str]:
        """What it is called and was called, however that was typed."""
        return frozenset(map(same_name, (self.name, *self.former_names)))

    def is_also(self, name: str | None, credit_code: str | None, *former: str) -> bool:
        """Whether somebody so called is the same: by the credit code where both have one, or else by a name."""
        if self.credit_code and credit_code:
            return self.credit_code == credit_code
        return not self.names.isdisjoint(map(same_name, filter(None, (name, *former))))


class ClaimItem(Model):
    """One thing asked for. ``claimant`` left out means every claimant."""

    ref: Ref
    kind: ClaimKind
    claimant: Ref | None = None
    respondent: Ref
    insurance: tuple[InsuranceKind, ...] = ()
    first_month: Month | None = None
    last_month: Month | None = None
    amount: Yuan | None = Field(default=None, gt=0)
    known_since: date | None = None
    """When the claimant knew of the infringement: starts the limitation clock (调解仲裁法 Art.27)."""
    acknowledged: bool = False
    """The employer gave a written IOU for these wages (工资欠条): court is open at once (法释〔2020〕26号 Art.15)."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind is ClaimKind.ARREARS and not (self.insurance and self.first_month and self.last_month):
            raise ValueError("item.arrears_need_insurance_and_months")
        if self.first_month and self.last_month and self.first_month > self.last_month:
            raise ValueError("item.months_reversed")
        if self.acknowledged and self.kind is not ClaimKind.WAGES:
            raise ValueError("item.only_wages_acknowledged")
        return self


class Circumstances(Model):
    """What the intake service noticed that bears on triage."""

    contested_relation: bool = False
    policy_question: bool = False
    cross_jurisdiction: bool = False
    insolvency: bool = False
    foreign_element: bool = False
    media_or_mass_risk: bool = False
    legal_aid_requested: bool = False
    insurance_waived: bool = False
    """The worker had agreed to go without insurance: void, and the premiums are owed all the same."""
    platform_work: bool = False
    """The work was taken and given out through a platform: which relation it made has to be found first."""
    other_proceedings: bool = False
    """The same claim is before an arbitration commission or a court already."""
    earlier_cases: Annotated[int, Field(ge=0)] = 0


class Complaint(Model):
    """A complaint as filed at a window, a hotline, a web form or a grid post."""

    complaint_id: Ref
    """The filing service's own number. The same number is the same complaint."""
    channel: Ref
    jurisdiction: Ref = "demo"
    anonymous: bool = False
    """Reported by somebody who names nobody: a confidential lead (劳动保障监察条例 Art.9), nobody's own claim."""
    claimants: Annotated[tuple[Claimant, ...], Field(max_length=MAX_CLAIMANTS)] = ()
    respondents: Annotated[tuple[Respondent, ...], Field(min_length=1, max_length=50)]
    items: Annotated[tuple[ClaimItem, ...], Field(max_length=20000)] = ()
    statement: Text | None = None
    """The facts and the request in the claimant's own words; of a letter, as it is written."""
    received_on: date | None = None
    """The day on which a complaint on paper reached the centre; left out: the day on which it is filed."""
    circumstances: Circumstances = Circumstances()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for refs in (
            [c.ref for c in self.claimants],
            [r.ref for r in self.respondents],
            [i.ref for i in self.items],
        ):
            if len(refs) != len(set(refs)):
                raise ValueError("complaint.duplicate_ref")
        claimants = {c.ref for c in self.claimants}
        respondents = {r.ref for r in self.respondents}
        for item in self.items:
            if item.claimant is not None and item.claimant not in claimants:
                raise ValueError("complaint.unknown_claimant")
            if item.respondent not in respondents:
                raise ValueError("complaint.unknown_respondent")
        numbers = [c.identity_number for c in self.claimants]
        if len(numbers) != len(set(numbers)):
            raise ValueError("complaint.duplicate_claimant")
        codes = [r.credit_code for r in self.respondents if r.credit_code is not None and r.kind in EMPLOYING]
        if len(codes) != len(set(codes)):
            raise ValueError("complaint.duplicate_employer")
        employing = [r for r in self.respondents if r.kind in EMPLOYING]
        if any(a.is_also(b.name, b.credit_code, *b.former_names) for a, b in combinations(employing, 2)):
            raise ValueError("complaint.duplicate_employer")
        self._lived()
        if all(r.kind not in EMPLOYING for r in self.respondents):
            raise ValueError("complaint.no_employer")
        if self.anonymous and (self.claimants or any(item.amount for item in self.items)):
            raise ValueError("complaint.anonymous_claims")
        if not (self.claimants or self.anonymous):
            raise ValueError("complaint.no_claimant")
        return self

    def _lived(self) -> None:
        """Nobody was owed anything before being born, died before that, or married as a child. Raises ValueError."""
        first = self.first_days()
        for one in self.claimants:
            born = birth_date(one.identity_number)
            if born is not None and one.ref in first and born > first[one.ref]:
                raise ValueError("complaint.born_later")
            if one.successor is not None:
                one.successor.lived(born)

    def first_days(self) -> dict[Ref, date]:
        """By claimant, the first day of which anything is claimed, as far as items name days or months."""
        days: dict[Ref | None, date] = {}
        for item in self.items:
            named = [item.known_since] if item.known_since else []
            if item.first_month:
                named.append(last_day(item.first_month))
            if named:
                days[item.claimant] = min(*named, days.get(item.claimant, date.max))
        for_all = days.get(None, date.max)
        found = {one.ref: min(days.get(one.ref, date.max), for_all) for one in self.claimants}
        return {ref: day for ref, day in found.items() if day != date.max}

    @property
    def under_age(self) -> tuple[Ref, ...]:
        """Claimants who by their numbers were too young to be employed on the first day of which they claim."""
        first, born = self.first_days(), {one.ref: birth_date(one.identity_number) for one in self.claimants}
        return tuple(
            ref for ref, day in first.items() if (own := born[ref]) is not None and _years(own, day) < WORKING_AGE
        )

    @property
    def employer(self) -> Respondent:
        """The employer that the case is named after: the first one, or else the dispatch agency."""
        employing = [r for r in self.respondents if r.kind in EMPLOYING]
        return next((r for r in employing if r.kind is RespondentKind.EMPLOYER), employing[0])

    def claimants_of(self, item: ClaimItem) -> tuple[Ref, ...]:
        """The claimants that an item is asked for."""
        return (item.claimant,) if item.claimant else tuple(c.ref for c in self.claimants)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
