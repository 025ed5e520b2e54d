"""Every command: whom it serves, in the order of a case's life, and which modules make it.

Only the modules of the command that is asked for are loaded; the others are known by name and help.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Listed:
    """A command as the help lists it."""

    name: str
    modules: tuple[str, ...] = ("messages",)
    """Of this folder, in the order in which they add to it."""
    help: str = ""
    """Key of its one line of help; ``cli.command.NAME`` where it is left out."""

    @property
    def help_key(self) -> str:
        """Key of its one line of help."""
        return self.help or f"cli.command.{self.name}"


def _of(module: str, *names: str) -> tuple[Listed, ...]:
    return tuple(Listed(name, (module,)) for name in names)


COMMANDS: Final[dict[str, tuple[Listed, ...]]] = {
    "counter": (
        *_of("counter.filing", "file"),
        *_of("counter.claimants", "claimants"),
        *_of("tables.entitlement", "entitlement"),
        *_of("messages", "supply", "join", "step-in", "correct"),
        *_of("sending", "attach"),
        *_of("counter.evidence", "evidence"),
        Listed("grid", ("counter.grid",), "grid.command"),
        Listed("reopen", ("counter.reopen",), "reopening.command"),
    ),
    "looking": (
        *_of("looking.reading", "show", "list", "timeline", "watch", "why"),
        *_of("tables.deadlines", "deadlines"),
        *_of("looking.owed", "owed"),
        Listed("ends", ("looking.ends",), "ends.command"),
        *_of("looking.notices", "notices"),
        *_of("looking.paper", "paper"),
    ),
    "officer": (
        *_of("officer.inbox", "inbox"),
        Listed("tasks", ("officer.inbox",), "cli.command.inbox"),
        Listed("claim", ("messages", "officer.bulk")),
        *_of("looking.reading", "draft"),
        Listed("submit", ("messages", "officer.bulk")),
        *_of("officer.findings", "findings"),
        *_of(
            "messages", "cosign", "return", "release", "transfer", "delegate", "revoke", "ask-time", "sign-reply", "pay"
        ),
        *_of("officer.message_sheet", "pay-list"),
        *_of("messages", "correct-payment", "reverse-payment", "return-surplus"),
    ),
    "mediator": (
        *_of("officer.findings", "prognosis"),
        *_of("mediator.sessions", "sessions", "diary", "free"),
        *_of("messages", "schedule", "call-off", "session", "caucus", "recuse", "elect"),
        *_of("mediator.terms", "terms"),
        *_of("mediator.simulate", "simulate"),
        *_of("messages", "propose", "unpropose", "consent", "give-up", "sign", "refuse-to-sign", "seal", "confirm"),
        *_of("messages", "confirmed", "reschedule"),
    ),
    "party": (
        *_of("officer.message_sheet", "answer-list"),
        *_of("messages", "attend", "counter", "answer", "answer-for", "speak-alone", "sign-for", "receipt"),
        *_of("messages", "answer-schedule"),
    ),
    "supervisor": (
        *_of(
            "messages",
            "decide",
            "redecide",
            "decide-recusal",
            "suspend",
            "resume",
            "reclassify",
            "reassign",
            "refer",
            "limitation",
        ),
        *_of("messages", "extend", "refuse-time", "skip", "relieve", "withdraw", "split", "merge"),
        *_of("messages", "reveal", "comment", "retry", "advance"),
        *_of("supervisor.ledger", "ledger"),
        Listed("meeting", ("supervisor.meeting",), "meeting.command"),
        Listed("report", ("supervisor.reports",), "figures.command"),
        Listed("event-log", ("supervisor.event_log",), "event_log.command"),
        Listed("after", ("supervisor.aftercare",), "aftercare.command"),
        *(
            Listed(name, ("supervisor.aftercare",), f"aftercare.command.{name}")
            for name in ("referrals", "received", "returned", "visited", "ruled")
        ),
    ),
    "tables": (
        *_of("tables.arrears", "arrears"),
        *_of("tables.triage", "triage"),
        *_of("tables.roster", "roster"),
        *_of("tables.officers", "officers"),
        *_of("tables.parameters", "params"),
        Listed("calendar", ("tables.deadlines",), "deadlines.cli.calendar"),
        *_of("tables.records", "records"),
    ),
    "operator": (
        Listed("demo", ("plays.demo",), "demo.help"),
        Listed("up", ("operator.up",), "runtime.up_help"),
        Listed("down", ("operator.up",), "runtime.down_help"),
        *_of("operator.login", "login", "logout", "whoami"),
        *_of("operator.identity", "accounts", "keys"),
        *_of("operator.vault", "vault"),
        *_of("operator.workers", "workers"),
        *_of("operator.doctor", "doctor"),
        *_of("operator.health", "health"),
        *_of("operator.backup", "backup", "restore"),
        *_of("operator.login", "token-server"),
        *_of("operator.tokens", "token"),
        *_of("sending", "send"),
        *_of("docs.protocol_docs", "docs"),
    ),
}
"""By whom it serves; ``texts/cli.yaml`` has a heading for each (``panel.NAME``)."""


def listed(name: str) -> Listed | None:
    """The command of a name; None where there is none."""
    return next((one for panel in COMMANDS.values() for one in panel if one.name == name), None)
