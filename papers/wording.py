"""The fields of papers as text: what a template may name, in the reader's language."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

import cn2an

import texts
from domain.base import CENTRE_ZONE
from domain.papers.kinds import FindingLine, ItemLine, PaperKind, PaperMatter
from domain.words import Extent, Language, Nature, ReferralTarget
from texts import ends

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
        "schedule",
        "schedule_total",
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
        {"role": say.label(party.role), "name": party.name, "identity": party.identity or "—"}
        for party in matter.parties
    ]
    of_application = matter.kind is PaperKind.APPLICATION_NOTICE
    fields: dict[str, Any] = {
        "addressee": say.label(matter.addressee),
        "appointment": _appointment(matter, say),
        "answers": [_item(line, say) for line in matter.items],
        "basis": say.label(matter.basis),
        "case_number": matter.case_number,
        "centre": say.label("the-centre"),
        "computation": _computation(matter, say),
        "data": say.text(f"data.{matter.about}") if matter.kind is PaperKind.ASSISTANCE_LETTER else "—",
        "date": say.day(matter.issued_on),
        "deadline": say.day(matter.deadline) + (say.text("provisional") if matter.provisional else ""),
        "evidence": say.listed(say.text("finding", agency=say.label(agency)) for agency in matter.evidence),
        "facts": "；".join(matter.facts) or "—",
        "filed_on": say.day(matter.filed_on),
        "findings": [
            {
                "agency": say.label(f.agency),
                "officer": f.officer or "—",
                "state": say.label(f.state),
                "signed": _signed(f, say),
            }
            for f in matter.findings
        ],
        "guarantee": matter.guarantee or say.text("none"),
        "handler": matter.handler or say.text("to_be_assigned"),
        "items": [_item(line, say) for line in matter.items],
        "limitation": _limitation(matter, say),
        "number": number + (say.text(f"edition.{matter.edition}") if matter.edition else ""),
        "outcome": say.label(matter.outcome),
        "parties": parties,
        "parties_named": say.listed(named),
        "people": parties,
        "purpose": say.text("purpose"),
        "reason": say.reason(matter.reason),
        "road": say.text(f"road.{matter.about or ReferralTarget.ARBITRATION}") if of_application else "—",
        "receipt": say.text("receipt", number=number),
        "recusal": say.text("recusal"),
        "related": matter.related or "—",
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
        "schedule_total": say.money(sum((line.part_a + line.part_b for line in matter.schedule), Decimal("0.00"))),
        "seal": say.text("seal"),
        "signatures": _signatures(matter, say),
        "terms": _terms(matter, say),
        "visits": list(_visits(matter, say)),
    }
    assert fields.keys() == FIELDS
    return fields


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
        lines.append({"role": say.label("mediator"), "name": matter.handler or "—", "signature": sealed})
    return lines


def _visits(matter: PaperMatter, say: "_Say") -> Iterator[dict[str, str]]:
    """What was found of each claimant visited; before the visit a line for each to be filled in by hand."""
    for one in matter.visits:
        yield {
            "claimant": one.claimant,
            "satisfaction": f"{one.satisfaction}/5",
            "performed": say.text("performed" if one.performed else "not_performed"),
            "remark": one.remark or "—",
            "visited_on": say.day(one.visited_on),
            "visited_by": one.visited_by or "—",
        }
    if not matter.visits:
        blank = dict.fromkeys(("satisfaction", "performed", "remark", "visited_on", "visited_by"), "")
        yield from ({"claimant": party.name} | blank for party in matter.parties if party.role == "claimant")


def _limitation(matter: PaperMatter, say: "_Say") -> str:
    """The law's general rule, and after it the last day of each claim item."""
    lines = [ends.limit_line(limit.model_dump(), say.language) for limit in matter.limits]
    return "\n".join([say.text("limitation"), *lines])


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
            return "—"
        return self.text("day", year=day.year, month=day.month, day=day.day)

    def money(self, amount: Decimal) -> str:
        capitals = cn2an.an2cn(f"{amount:.2f}", "rmb")
        return self.text("money", amount=f"{amount:,.2f}", capitals=capitals)

    def reason(self, code: str | None) -> str:
        if code is None:
            return "—"
        for key in (f"events.{code}", f"reply.{code}"):
            if texts.knows(key) and "{" not in texts.catalogue()[key][self.language]:
                return texts.say(key, self.language)
        return self.label(code)


def _item(line: ItemLine, say: _Say) -> dict[str, str]:
    return {
        "claimant": say.text("everybody") if line.claimant == "*" else line.claimant,
        "respondent": line.respondent,
        "item": say.label(line.kind),
        "nature": say.label(line.nature),
        "insurance": say.listed(line.insurance),
        "months": f"{line.first_month}–{line.last_month}" if line.first_month else "—",
        "amount": f"{line.amount:,.2f}" if line.amount is not None else "—",
        "answer": texts.say(f"reply.{line.answer}", say.language) if line.answer else "—",
        "referred_to": ends.goes_to(line.referred_to, say.language),
    }


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
