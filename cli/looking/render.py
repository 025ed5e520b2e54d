"""How a case looks on a terminal."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

import texts
from cli.looking.lists import officers, state_of, table_of
from domain.assessment.reconcile import statements
from domain.inquiry.tasks import SHOWN_OPEN
from domain.ledger import Event
from domain.settlement.signature import SigningView
from domain.views.case_view import CaseView, ProposalView, TaskView, Timeline, TriageExplanation
from domain.views.waiting import WaitedFor
from domain.words import Phase
from texts import ends, sentences

_SHOWN: Final = 20
_NAMED: Final = 8
_REASONS: Final = 8


def yuan(amount: Decimal | None) -> str:
    """An amount with thousands separators; a dash when unknown."""
    return "—" if amount is None else f"{amount:,.2f}"


def case(view: CaseView, language: str) -> RenderableType:
    """The whole case: on whom it waits first."""
    parts: list[RenderableType] = [
        Text(view.line, style="bold"),
        phases(view.phase, language),
        _head(view, language),
    ]
    if view.blocked is not None:
        known = texts.knows(view.blocked.code)
        why = texts.say(view.blocked.code, language, **view.blocked.params) if known else view.blocked.code
        parts.append(Panel(why, style="red", title=texts.say("cli.title.blocked", language), expand=False))
    parts.append(people(view, language, _SHOWN))
    if view.tasks:
        parts.append(_tasks(view, language))
    if view.discrepancies:
        parts.append(_discrepancies(view, language))
    if view.proposals:
        parts.append(_proposals(view, language))
    if view.settlement is not None:
        parts.append(_settlement(view, language))
    if view.signing is not None:
        parts.append(_signing(view.signing, language))
    if view.confirmations:
        parts.append(_confirmations(view, language))
    if view.reply:
        parts.append(_reply(view, language))
    parts.append(_next(view, language))
    return Group(*parts)


def triage(told: TriageExplanation, language: str) -> RenderableType:
    """The class and why: the rules that fired, then those that nearly did."""
    parts: list[RenderableType] = []
    if (found := told.triage) is not None:
        head = [told.reclassified or found.case_class, found.lane, found.group, *found.agencies]
        priority = texts.say("cli.triage_priority", language, priority=found.priority)
        parts.append(Text(f"{texts.label(head, language)} · {priority}", style="bold"))
    parts += [Text(f"• {line}") for line in told.lines]
    parts += [Text(f"◦ {line}", style="dim") for line in told.nearly]
    return Group(*parts)


def phases(present: Phase, language: str) -> Text:
    """The way through the procedure, the present phase marked."""
    order, line = list(Phase), Text()
    for phase in order:
        if phase is present:
            style = "bold reverse green"
        else:
            style = "green" if order.index(phase) < order.index(present) else "dim"
        line.append(f" {texts.label(phase, language)} ", style=style)
        line.append("›" if phase is not order[-1] else "", style="dim")
    return line


def _head(view: CaseView, language: str) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    drill = f" · {texts.label('drill', language)}" if view.drill else ""
    rows = {
        "case_number": f"{view.case_number or '—'}{drill}",
        "class": f"{texts.label(view.case_class, language)} · {texts.label(view.lane, language)}",
        "mediator": view.mediator or "—",
        "owed": "—"
        if view.part_a is None
        else texts.say("cli.both_parts", language, part_a=yuan(view.part_a), part_b=yuan(view.part_b)),
        "clock": sentences.instant(view.now),
    }
    if view.outcome is not None:
        rows["outcome"] = texts.label(view.outcome, language)
    for name, value in rows.items():
        table.add_row(Text(texts.say(f"cli.column.{name}", language), style="dim"), value)
    if (old := view.reopened_from) is not None:
        went_before = f"{old.case_number or old.case} · {texts.label(old.ground, language)}"
        table.add_row(Text(texts.say("cli.column.reopened_from", language), style="dim"), went_before)
    for kin in view.kin:
        other = texts.say(
            f"cli.kin.{kin.how}.{kin.direction}", language, case=kin.case_number or kin.case, claimants=kin.claimants
        )
        table.add_row(Text(texts.say("cli.column.kin", language), style="dim"), other)
    for line in view.assigned_because[:_REASONS]:
        table.add_row("", Text(line, style="dim"))
    for warning in view.warnings:
        table.add_row(Text("!", style="yellow"), Text(texts.say(f"assessment.{warning}", language), style="yellow"))
    return table


def people(view: CaseView, language: str, most: int | None = None) -> Table:
    """The parties, the claimants of the page that was asked for; of them at most so many."""
    table = table_of("people", ("ref", "name", "role", "part_a", "part_b"), language, right=("part_a", "part_b"))
    for c in view.claimants[:most]:
        role = texts.label("withdrawn" if c.withdrawn else "claimant", language)
        table.add_row(c.ref, f"{c.name} {c.identity_number}", role, yuan(c.part_a), yuan(c.part_b))
    every = view.page.claimants if view.page else len(view.claimants)
    if (more := every - len(view.claimants[:most])) > 0:
        table.add_row("…", texts.say("cli.more", language, count=more))
    if view.page is not None and view.page.pages > 1:
        table.caption = texts.say("cli.claimants_page", language, page=view.page.number, pages=view.page.pages)
    for r in view.respondents:
        table.add_row(r.ref, r.name, texts.label(r.kind, language), "", "")
    return table


def _tasks(view: CaseView, language: str) -> Table:
    table = table_of("tasks", ("task", "state", "officer", "due", "records"), language)
    for t in view.tasks:
        left = (t.due - sentences.day(view.now)).days
        due = f"{t.due} ({texts.say('cli.days_left', language, days=left)})" if t.state in SHOWN_OPEN else str(t.due)
        style = "red" if left < 0 else "yellow" if left <= 2 else ""
        table.add_row(
            texts.label(t.agency, language),
            state_of(t.state, language),
            officers(t.officer, t.delegated_by),
            Text(due, style=style),
            _records(t, language),
        )
    return table


def _records(task: TaskView, language: str) -> Text:
    trouble = task.records_trouble
    if trouble is None:
        return Text(texts.label(task.records, language))
    why = texts.say(trouble.code, language, **trouble.params)
    return Text(
        texts.say(
            "cli.records_trouble",
            language,
            why=why,
            since=sentences.instant(trouble.since),
            next_try=sentences.instant(trouble.next_try),
        ),
        style="yellow",
    )


def _discrepancies(view: CaseView, language: str) -> Table:
    table = table_of("discrepancies", ("ref", "sources", "months", "resolver"), language)
    for d in view.discrepancies[:_SHOWN]:
        open_mark = "● " if d.id in view.undecided else ""
        sides = (
            f"{texts.label(side, language)}: {texts.sentence(said.code, said.params, language)}"
            for side, said in zip(("first", "second"), statements(d), strict=True)
        )
        table.add_row(
            open_mark + d.id,
            "\n".join((texts.label(d.kind, language), *sides)),
            f"{d.first_month or ''}–{d.last_month or ''}",
            texts.label(d.resolver, language),
        )
    return table


def _proposals(view: CaseView, language: str) -> Table:
    table = table_of("proposals", ("ref", "state", "total", "accepted", "silent", "until"), language, right=("total",))
    for p in view.proposals:
        table.add_row(
            p.ref,
            state_of(p.state, language),
            yuan(p.total),
            _parties(p, "accepted", p.accepted, language),
            _parties(p, "silent", p.silent, language),
            sentences.instant(p.expires_at, ends=True),
        )
    return table


def _parties(proposal: ProposalView, said: str, refs: Sequence[str], language: str) -> str:
    named, every = texts.label(refs[:_NAMED], language), proposal.counted.get(said, len(refs))
    more = every - len(refs[:_NAMED])
    return f"{named} … {texts.say('cli.more', language, count=more)}" if more > 0 else named


def _settlement(view: CaseView, language: str) -> RenderableType:
    settlement = view.settlement
    assert settlement is not None
    table = table_of("settlement", ("ref", "due", "total", "paid", "state"), language, right=("total", "paid"))
    for i in settlement.instalments:
        table.add_row(i.ref, str(i.due), yuan(i.amount), yuan(i.paid), state_of(i.state, language))
    bar = ProgressBar(total=float(settlement.total), completed=float(settlement.paid), width=50)
    summary = texts.say(
        "cli.paid_of",
        language,
        paid=yuan(settlement.paid),
        total=yuan(settlement.total),
        late=yuan(settlement.late_fees),
    )
    if settlement.late_fee_owed:
        summary += f"\n{texts.say('cli.late_fee_owed', language, owed=yuan(settlement.late_fee_owed))}"
    return Group(table, bar, Text(summary))


def _signing(signing: SigningView, language: str) -> Table:
    table = table_of("signing", ("state", "until", "signed", "unsigned", "seal"), language)
    table.add_row(
        texts.label(signing.state, language),
        str(signing.due),
        texts.label(signing.signed[:_NAMED], language),
        texts.label((*signing.unsigned, *signing.dropped)[:_NAMED], language),
        texts.label("sealed" if signing.sealed else "not-sealed", language),
    )
    return table


def _confirmations(view: CaseView, language: str) -> Table:
    table = table_of("confirmations", ("item", "state", "until", "asked", "document"), language)
    for one in view.confirmations:
        due = f"{one.due}{texts.say('waiting.provisional', language) if one.provisional else ''}"
        document = one.result.document if one.result else None
        asked = texts.label(one.asked[:_NAMED], language)
        table.add_row(texts.label(one.kind, language), texts.label(one.state, language), due, asked, document or "—")
    return table


def _reply(view: CaseView, language: str) -> Table:
    table = table_of("reply", ("ref", "item", "answer", "amount", "referred_to"), language, right=("amount",))
    kinds = {i.ref: i.kind for i in view.items}
    for r in view.reply[:_SHOWN]:
        table.add_row(
            r.claimant,
            texts.label(kinds.get(r.item, r.item), language),
            texts.say(f"reply.{r.answer}", language),
            yuan(r.amount),
            ends.goes_to(r.referred_to, language),
        )
    return table


def next_steps(view: CaseView) -> tuple[str, ...]:
    """What those on whom the case waits can type next, without the program's name."""
    name, what = view.case_number or view.case, view.waits.what
    subject = next(iter(view.undecided), "D") if what is WaitedFor.DECISION else ""
    proposal = next((p.ref for p in view.proposals if p.state == "open"), "p1")
    silent = next((p.silent[0] for p in view.proposals if p.state == "open" and p.silent), "c1")
    task = next((t.ref for t in view.tasks if t.state in SHOWN_OPEN), "labor")
    to_sign = [f"cosign {name} {t.ref}" for t in view.tasks if t.state == "signed"]
    to_sign_it = view.signing.unsigned if view.signing else ()
    payer = next((r.ref for r in view.respondents), "e1")
    instalments = view.settlement.instalments if view.settlement else ()
    owed = next((i.amount - i.paid for i in instalments if i.paid < i.amount), "…")
    pay = f"pay {name} --receipt … --paid-on {sentences.day(view.now)} --amount {owed}"
    paying = (pay, f"receipt {name} --help", f"owed {name}", f"reschedule {name} terms.json")
    steps: dict[WaitedFor, tuple[str, ...]] = {
        WaitedFor.MATERIAL: (f"supply {name} items.json",),
        WaitedFor.INQUIRY: (
            f"claim {name} {task}",
            f"draft {name} {task}",
            f"submit {name} {task} --accept-draft",
            *to_sign,
        ),
        WaitedFor.INQUIRY_WITHOUT_TAKER: (
            f"reassign {name} … --task {task} --reason …",
            f"skip {name} {task} --reason …",
        ),
        WaitedFor.INQUIRY_ESCALATED: (
            f"submit {name} {task} --accept-draft",
            f"extend {name} {task} --days 5 --reason …",
        ),
        WaitedFor.DECISION: (f"decide {name} {subject} --holds first --reason …",),
        WaitedFor.RECUSAL: (
            f"decide-recusal {name} … --granted --reason …",
            f"decide-recusal {name} … --refused --reason …",
        ),
        WaitedFor.INVITATION: (f"attend {name} … {next(iter(view.waits.on), 'c1')} --reply comes", f"sessions {name}"),
        WaitedFor.TALKS: (
            f"session {name} --held-on {sentences.day(view.now)}",
            f"sessions {name}",
            f"terms {name} --payer {payer} > terms.json",
        ),
        WaitedFor.PROPOSAL: (
            f"schedule {name} --help",
            f"session {name} --held-on {sentences.day(view.now)}",
            f"terms {name} --payer {payer} > terms.json",
            f"propose {name} terms.json",
        ),
        WaitedFor.ANSWER: (
            f"answer {name} {proposal} {silent} --accept",
            f"answer {name} {proposal} {silent} --reject",
            f"counter {name} terms.json",
        ),
        WaitedFor.SIGNATURES: (
            f"sign {name} " + " ".join(f"--parties {p}" for p in to_sign_it[:_NAMED]) + " --how in-person",
        ),
        WaitedFor.SEAL: (f"seal {name} …", f"paper list {name}"),
        WaitedFor.INSTALMENT: paying,
        WaitedFor.OVERDUE_INSTALMENT: paying,
        WaitedFor.DEMANDED_PAYMENT: paying,
        WaitedFor.LATE_FEE: (f"pay {name} --receipt … --paid-on {sentences.day(view.now)} --amount 0.00 --late-fee …",),
        WaitedFor.REPLY_SIGNATURE: (f"sign-reply {name} {next(iter(view.waits.on), task)}", f"ends {name}"),
        WaitedFor.RESUMPTION: (f"resume {name}",),
        WaitedFor.BLOCKED_STEP: (f"retry {name}",),
        WaitedFor.CLOSED: (f"ends {name}", f"paper list {name}", f"timeline {name}", f"ledger verify {name}"),
    }
    return steps.get(what, (f"watch {name}",))


def _next(view: CaseView, language: str) -> RenderableType:
    lines = [Text(texts.say("cli.next", language), style="dim")]
    lines += [Text(f"  ./onestop {command}", style="cyan") for command in next_steps(view)]
    return Group(*lines)


def timeline(events: Iterable[Event], told: Timeline, language: str) -> Table:
    """Events of the ledger as sentences: as the case tells them, or by the names that it knows."""
    lines = {event.seq: line for event, line in zip(told.events, told.lines, strict=True)}
    table = table_of("timeline", ("seq", "at", "who", "what"), language)
    for event in events:
        table.add_row(
            str(event.seq),
            sentences.instant(event.at),
            _who(event, language),
            Text(lines.get(event.seq) or sentences.event_line(event.kind, event.facts, language, told.names)),
        )
    return table


def _who(event: Event, language: str) -> str:
    agency = f"{texts.label(event.actor.agency, language)} " if event.actor.agency else ""
    return f"{agency}{event.actor.id}" if event.actor.role != "system" else texts.label("system", language)


def watched(view: CaseView, tail: Sequence[Event], told: Timeline, language: str) -> RenderableType:
    """A case that is being watched: where it stands, and what happened last."""
    return Group(
        Text(view.line, style="bold"),
        phases(view.phase, language),
        _head(view, language),
        timeline(tail, told, language),
    )
