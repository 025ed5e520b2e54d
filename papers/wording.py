"""The fields of papers as text: what a template may name, in the reader's language."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

import texts
from domain.base import CENTRE_ZONE
from domain.intake.claims import nature
from domain.papers.kinds import Conclusion, FindingLine, ItemLine, MoneyLine, PaperKind, PaperMatter
from domain.words import Extent, Language, Nature, ReferralTarget
from texts import ends

_NIL: Final = Decimal("0.00")
_LIMITATION: Final = {Nature.PRIVATE_LAW: "limitation", Nature.PUBLIC_LAW: "limitation_premiums"}
FIELDS: Final = frozenset(
    [
        "addressee",
        "answers",
        "appointment",
        "basis",
        "case_number",
        "centre",
        "computation",
        "data",
        "date",
        "deadline",
        "evidence",
        "facts",
        "filed_on",
        "findings",
        "guarantee",
        "handler",
        "items",
        "limitation",
        "number",
        "outcome",
        "parties",
        "parties_named",
        "people",
        "purpose",
        "reason",
        "road",
        "receipt",
        "recusal",
        "related",
        "remedy",
        "premiums",
        "premiums_total",
        "schedule",
        "schedule_total",
        "sums",
        "sums_total",
        "seal",
        "signatures",
        "terms",
        "visits",
    ]
)
"""Every field that a template may name."""


def wording(matter: PaperMatter, number: str, language: Language) -> dict[str, Any]:
    """Every field of a paper as text."""
    say = _Say(language)
    named = [party.name for party in matter.parties if party.role == "claimant"]
    parties = [
        {"role": say.label(party.role), "name": party.name, "identity": party.identity or say.text("not_recorded")}
        for party in matter.parties
    ]
    of_application = matter.kind is PaperKind.APPLICATION_NOTICE
    fields: dict[str, Any] = {
        "addressee": _addressee(matter, say),
        "appointment": _appointment(matter, say),
        "answers": [_item(line, say) for line in matter.items],
        "basis": say.label(matter.basis),
        "case_number": matter.case_number,
        "centre": say.label("the-centre"),
        "computation": _computation(matter, say),
        "data": say.text(f"data.{matter.about}") if matter.kind is PaperKind.ASSISTANCE_LETTER else say.text("none"),
        "date": say.day(matter.issued_on),
        "deadline": say.day(matter.deadline) + (say.text("provisional") if matter.provisional else ""),
        "evidence": say.listed(say.text("finding", agency=say.label(agency)) for agency in matter.evidence),
        "facts": "；".join(matter.facts) or say.text("no_facts"),
        "filed_on": say.day(matter.filed_on),
        "findings": [
            {
                "agency": say.label(f.agency),
                "officer": f.officer or say.text("nobody"),
                "conclusion": _concluded(f, say),
                "signed": _signed(f, say),
            }
            for f in matter.findings
        ],
        "guarantee": matter.guarantee or say.text("none"),
        "handler": matter.handler or say.text("to_be_assigned", group=say.label(matter.group or "the-centre")),
        "items": [_item(line, say) for line in matter.items] or [_no_items(say)],
        "limitation": _limitation(matter, say),
        "number": number + (say.text(f"edition.{matter.edition}") if matter.edition else ""),
        "outcome": say.label(matter.outcome),
        "parties": parties,
        "parties_named": say.listed(named),
        "people": parties,
        "purpose": say.text("purpose"),
        "reason": say.reason(matter.reason),
        "road": say.text(f"road.{matter.about or ReferralTarget.ARBITRATION}") if of_application else say.text("none"),
        "receipt": say.text("receipt", number=number),
        "recusal": say.text("recusal"),
        "related": matter.related or say.text("none"),
        "remedy": _remedy(matter, say),
        "schedule": [
            {
                "due": say.day(line.due),
                "claimant": line.claimant,
                "part_a": f"{line.part_a:,.2f}",
                "part_b": f"{line.part_b:,.2f}",
            }
            for line in matter.schedule
        ],
        "schedule_total": say.money(sum((line.part_a + line.part_b for line in matter.schedule), _NIL)),
        "premiums": [_money(line, line.part_a, say) for line in matter.schedule if line.part_a] or [_no_money(say)],
        "premiums_total": say.money(sum((line.part_a for line in matter.schedule), _NIL)),
        "sums": [_money(line, line.part_b, say) for line in matter.schedule if line.part_b] or [_no_money(say)],
        "sums_total": say.money(sum((line.part_b for line in matter.schedule), _NIL)),
        "seal": say.text("seal"),
        "signatures": _signatures(matter, say),
        "terms": _terms(matter, say),
        "visits": list(_visits(matter, say)),
    }
    assert fields.keys() == FIELDS
    return fields


def _addressee(matter: PaperMatter, say: "_Say") -> str:
    """Whom a paper goes to: an office by what it is called, anybody else by name."""
    if matter.kind is PaperKind.REFERRAL:
        return say.text(f"office.{matter.about}")
    return say.label(matter.addressee)


def _money(line: MoneyLine, amount: Decimal, say: "_Say") -> dict[str, str]:
    return {
        "due": say.day(line.due),
        "claimant": line.claimant,
        "kinds": say.listed(line.kinds),
        "amount": f"{amount:,.2f}",
    }


def _no_money(say: "_Say") -> dict[str, str]:
    return {**dict.fromkeys(("due", "claimant", "kinds"), say.text("none")), "amount": "0.00"}


def _no_items(say: "_Say") -> dict[str, str]:
    names = ("claimant", "respondent", "item", "nature", "insurance", "months", "amount", "answer", "referred_to")
    return {**dict.fromkeys(names, say.text("none")), "item": say.text("no_items")}


def _concluded(line: FindingLine, say: "_Say") -> str:
    """What an agency concluded, or that it did not answer."""
    if not line.conclusions:
        return say.text("conclusion.silent")
    told = (say.text(f"conclusion.{one.code}", **_worded(one, say)) for one in line.conclusions)
    return "".join(told) if say.language is Language.CHINESE else " ".join(told)


def _appointment(matter: PaperMatter, say: "_Say") -> str:
    """When and where to come; where no time is set, by when."""
    set_for = matter.appointment
    if set_for is None:
        return say.text("come_by", day=say.day(matter.deadline))
    at = set_for.starts.astimezone(CENTRE_ZONE)
    place = set_for.link or "，".join(say.label(one) for one in (set_for.kind, set_for.room) if one)
    return say.text("come_at", day=say.day(at.date()), time=f"{at:%H:%M}", place=place)


def _terms(matter: PaperMatter, say: "_Say") -> str:
    """What else was agreed, what is left out, and what becomes of the other instalments on default."""
    terms = _agreed(matter, say)
    lines = (_item(line, say) for line in matter.unsettled)
    left = (say.text("left_out", who=o["claimant"], item=o["item"], to=o["referred_to"]) for o in lines)
    others = (say.text(f"debt_{one.ground}", **dict(one)) for one in matter.debts_of_others)
    partial = [say.text("partial")] if matter.extent is Extent.PARTIAL else []
    runs_on = [say.text("late_fee_runs_on")] if matter.kind is PaperKind.AGREEMENT and matter.part_a else []
    return " ".join([terms, *others, *runs_on, *partial, *left])


def _agreed(matter: PaperMatter, say: "_Say") -> str:
    if matter.acceleration is None:
        return matter.terms or say.text("none")
    on_default = say.text("acceleration" if matter.acceleration else "no_acceleration")
    return f"{matter.terms} {on_default}" if matter.terms else on_default


def _worded(one: Conclusion, say: "_Say") -> dict[str, str]:
    return {
        name: say.month(told) if name in ("first", "last") else say.label(told) for name, told in one.params.items()
    }


def _signed(line: FindingLine, say: "_Say") -> str:
    """Who signed for the agency and when, or that nobody did; blank where nobody was asked to."""
    if line.head is None:
        return ""
    if line.signed_on is None:
        return say.text("unsigned", head=line.head)
    return say.text("signed", head=line.head, on=say.day(line.signed_on))


def _remedy(matter: PaperMatter, say: "_Say") -> str:
    """What can be done, until when: a line for each way where the paper knows them."""
    if matter.kind is PaperKind.AGREEMENT and matter.confirm_by is not None:
        return say.text("confirmation", confirm_by=say.day(matter.confirm_by), review_by=say.day(matter.review_by))
    if not matter.ways:
        return say.text(f"remedy.{matter.kind}")
    return "\n".join(ends.way_line(way.model_dump(), say.language) for way in matter.ways)


def _signatures(matter: PaperMatter, say: "_Say") -> list[dict[str, str]]:
    """A line for each party to sign on, with what the centre has recorded of its signature; then the mediator's."""
    signed = {one.party: one for one in matter.signed}
    lines = []
    for party in matter.parties:
        said = ""
        if (one := signed.get(party.ref)) is not None:
            said = say.text("signed_so", day=say.day(one.signed_on), how=say.label(one.how))
            if one.representative is not None:
                by = "signed_by" if one.mandate is None else "signed_by_mandate"
                said = f"{said} {say.text(by, representative=one.representative, mandate=one.mandate)}"
        lines.append({"role": say.label(party.role), "name": party.name, "signature": said})
    if matter.sealed_on is not None:
        sealed = say.text("sealed", day=say.day(matter.sealed_on))
        lines.append({"role": say.label("mediator"), "name": matter.handler or say.text("nobody"), "signature": sealed})
    return lines


def _visits(matter: PaperMatter, say: "_Say") -> Iterator[dict[str, str]]:
    """What was found of each claimant visited; before the visit a line for each to be filled in by hand."""
    for one in matter.visits:
        yield {
            "claimant": one.claimant,
            "satisfaction": f"{one.satisfaction}/5",
            "performed": say.text("performed" if one.performed else "not_performed"),
            "remark": one.remark or say.text("none"),
            "visited_on": say.day(one.visited_on),
            "visited_by": one.visited_by or say.text("nobody"),
        }
    if not matter.visits:
        blank = dict.fromkeys(("satisfaction", "performed", "remark", "visited_on", "visited_by"), "")
        yield from ({"claimant": party.name} | blank for party in matter.parties if party.role == "claimant")


def _limitation(matter: PaperMatter, say: "_Say") -> str:
    """The law's general rule for what is claimed, and after it the last day of each claim item."""
    natures = {nature(limit.kind) for limit in matter.limits} or {line.nature for line in matter.items}
    rules = [say.text(name) for one, name in _LIMITATION.items() if one in natures] or [say.text("limitation")]
    lines = [ends.limit_line(limit.model_dump(), say.language) for limit in matter.limits]
    return "\n".join([*rules, *lines])


class _Say:
    """Words in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def text(self, name: str, **params: object) -> str:
        return texts.say(f"papers.{name}", self.language, **params)

    def label(self, value: object) -> str:
        return texts.label(value, self.language)

    def listed(self, values: Iterable[str]) -> str:
        return texts.label(list(values), self.language)

    def day(self, day: date | None) -> str:
        if day is None:
            return self.text("no_day")
        return self.text("day", year=day.year, month=day.month, day=day.day)

    def month(self, month: str) -> str:
        if not month:
            return self.text("until_now")
        return self.text("month", year=month[:4], month=int(month[5:]))

    def money(self, amount: Decimal) -> str:
        import cn2an

        capitals = cn2an.an2cn(f"{amount:.2f}", "rmb") if self.language is Language.CHINESE else ""
        return self.text("money", amount=f"{amount:,.2f}", capitals=capitals)

    def reason(self, code: str | None) -> str:
        if code is None:
            return self.text("none")
        for key in (f"papers.reason.{code}", f"events.{code}", f"reply.{code}"):
            if texts.knows(key) and "{" not in texts.catalogue()[key][self.language]:
                return texts.say(key, self.language)
        return self.label(code)


def _item(line: ItemLine, say: _Say) -> dict[str, str]:
    return {
        "claimant": say.text("everybody") if line.claimant == "*" else line.claimant,
        "respondent": line.respondent,
        "item": say.label(line.kind),
        "nature": say.label(line.nature),
        "insurance": say.listed(line.insurance) if line.insurance else say.text("not_concerned"),
        "months": _months(line, say),
        "amount": f"{line.amount:,.2f}"
        if line.amount is not None
        else say.text("to_be_computed" if line.nature is Nature.PUBLIC_LAW else "no_amount"),
        "answer": texts.say(f"reply.{line.answer}", say.language) if line.answer else say.text("open"),
        "referred_to": ends.goes_to(line.referred_to, say.language) if line.referred_to else say.text("goes_nowhere"),
    }


def _months(line: ItemLine, say: _Say) -> str:
    if line.first_month is None:
        return say.text("not_concerned")
    if line.first_month == line.last_month:
        return say.month(line.first_month)
    return say.text("months", first=say.month(line.first_month), last=say.month(line.last_month or ""))


def _sum(items: Iterable[ItemLine], nature: Nature) -> Decimal:
    return sum((one.amount for one in items if one.nature is nature and one.amount is not None), Decimal("0.00"))


def _computation(matter: PaperMatter, say: _Say) -> str:
    if matter.computed_on is None or matter.employer_share is None:
        return say.text("not_computed")
    if matter.copy_for in {one.ref for one in matter.parties if one.role == "claimant"}:
        of_a, of_b = (_sum(matter.items, nature) for nature in (Nature.PUBLIC_LAW, Nature.PRIVATE_LAW))
        on = say.day(matter.computed_on)
        return say.text("computation_own", on=on, part_a=say.money(of_a), part_b=say.money(of_b))
    computed = say.text(
        "computation",
        on=say.day(matter.computed_on),
        employer=say.money(matter.employer_share),
        employee=say.money(matter.employee_share or Decimal("0.00")),
        late=say.money(matter.late_fee or Decimal("0.00")),
        part_a=say.money(matter.part_a),
        part_b=say.money(matter.part_b),
    )
    if matter.part_a_paid is None:
        return computed
    owing = max(matter.part_a - matter.part_a_paid, Decimal("0.00"))
    return f"{computed} {say.text('come', paid=say.money(matter.part_a_paid), owing=say.money(owing))}"
