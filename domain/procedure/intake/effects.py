"""Filing a complaint, linking the same one from another window, supplying what was missing."""

from datetime import datetime, time

from pydantic import JsonValue

from domain.base import CENTRE_ZONE
from domain.case.protocol import accepts
from domain.case.state import CaseState, Linked
from domain.dialogue import Checked
from domain.identifiers import birth_date
from domain.intake.complaint import MAX_CLAIMANTS
from domain.intake.joining import Brought, brought
from domain.intake.messages import FileComplaint, LinkComplaint, SupplyMaterial
from domain.procedure.collective.effects import may_join, take_in
from domain.refusal import must
from domain.words import Phase, Role

DRILLS_BEGIN = time(9)
"""When a drill on a day of its own begins, by the centre's clocks."""
FILERS = {Role.INTAKE, Role.CLAIMANT, Role.OFFICER, Role.SUPERVISOR}


_DRILLING = {Role.INTAKE, Role.SUPERVISOR, Role.SYSTEM}


@accepts(FileComplaint, roles=FILERS | {Role.SYSTEM}, only={"drill": _DRILLING, "drill_on": _DRILLING})
def file_complaint(case: CaseState, message: FileComplaint, now: datetime) -> Checked:
    complaint = message.complaint
    if case.complaint is not None:
        must(
            complaint.complaint_id == case.complaint.complaint_id,
            "filing.case_taken",
            "complaint.complaint_id",
        )
        yield
        return
    must(message.drill or message.drill_on is None, "drill.day", "drill_on")
    today = message.drill_on or case.day(now)
    numbers = (one.identity_number for one in complaint.claimants)
    must(all((birth_date(number) or today) <= today for number in numbers), "complaint.born_in_future", "complaint")
    received = complaint.received_on
    must(received is None or received <= today, "date.in_future", "complaint.received_on")
    yield
    case.drill = message.drill
    if message.drill_on is not None:
        case.clock_offset = datetime.combine(message.drill_on, DRILLS_BEGIN, CENTRE_ZONE) - now
        now += case.clock_offset
        case.phase_since = now
    case.complaint, case.filed_at = complaint, now
    if message.actor.role is Role.INTAKE:
        case.windows.append(message.actor.id)
    case.note(
        "complaint_filed",
        now,
        message.actor,
        message.message_id,
        complaint_id=complaint.complaint_id,
        channel=complaint.channel,
        claimants=len(complaint.claimants),
        items=len(complaint.items),
        **({"received_on": received.isoformat()} if received else {}),
    )


@accepts(LinkComplaint, roles={Role.SYSTEM})
def link_complaint(case: CaseState, message: LinkComplaint, now: datetime) -> Checked:
    must(case.complaint, "filing.nothing_filed", "complaint_id")
    assert case.complaint is not None
    new = brought(case.complaint, case.items, message.complaint) if message.complaint else Brought()
    must(new.nothing or may_join(case), "join.settled", "complaint")
    gone = case.withdrawn.keys() & new.known
    must(not gone, "join.withdrawn", "complaint.claimants", refs=", ".join(sorted(gone)[:20]))
    fits = len(case.complaint.claimants) + len(new.claimants) <= MAX_CLAIMANTS
    must(fits, "join.too_many", "complaint.claimants", most=MAX_CLAIMANTS)
    yield
    case.linked.append(Linked(complaint_id=message.complaint_id, channel=message.channel, at=now))
    case.windows += [window for window in message.windows if window not in case.windows]
    case.note(
        "complaint_linked",
        now,
        message.actor,
        message.message_id,
        complaint_id=message.complaint_id,
        channel=message.channel,
        case=message.case,
    )
    if new.other_amounts:
        told: list[JsonValue] = [
            f"{o.claimant}/{o.item}: {o.held or '-'} → {o.brought or '-'}" for o in new.other_amounts
        ]
        case.note("claims_differ", now, complaint_id=message.complaint_id, claims=told)
    if not new.nothing:
        take_in(case, new, message, now)


@accepts(SupplyMaterial, roles=FILERS, phases={Phase.INTAKE})
def supply_material(case: CaseState, message: SupplyMaterial, now: datetime) -> Checked:
    must(case.missing, "filing.nothing_missing", "items")
    known = {item.ref for item in case.items}
    claimants, respondents = set(case.claimants), set(case.respondents)
    for index, item in enumerate(message.items):
        field = f"items.{index}"
        must(item.ref not in known, "filing.item_known", f"{field}.ref", ref=item.ref)
        must(item.claimant is None or item.claimant in claimants, "party.unknown", f"{field}.claimant")
        must(item.respondent in respondents, "party.unknown", f"{field}.respondent")
        known.add(item.ref)
    yield
    case.supplied = (*case.supplied, *message.items)
    case.supplied_at = now
    case.missing = ()
    case.note("material_supplied", now, message.actor, message.message_id, items=[i.ref for i in message.items])
