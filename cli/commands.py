"""Every command: whom it serves, in the order of a case's life, and which modules make it.

Only the modules of the command that is asked for are loaded; the others are known by name and help.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Listed:
    """A command as the help lists it."""

    name: str
    modules: tuple[str, ...] = ("desk",)
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
        *_of("filing", "file"),
        *_of("claimants", "claimants"),
        *_of("desk", "supply", "join", "step-in", "correct"),
        *_of("sending", "attach"),
        *_of("evidence", "evidence"),
        Listed("grid", ("grid",), "grid.command"),
        Listed("reopen", ("reopen",), "reopening.command"),
    ),
    "looking": (
        *_of("reading", "show", "list", "timeline", "watch", "why"),
        *_of("deadlines", "deadlines"),
        *_of("owed", "owed"),
        Listed("ends", ("ends",), "ends.command"),
        *_of("notices", "notices"),
        *_of("paper", "paper"),
    ),
    "officer": (
        *_of("inbox", "inbox"),
        Listed("tasks", ("inbox",), "cli.command.inbox"),
        Listed("claim", ("desk", "bulk")),
        *_of("reading", "draft"),
        Listed("submit", ("desk", "bulk")),
        *_of("findings", "findings"),
        *_of("desk", "cosign", "return", "release", "transfer", "delegate", "revoke", "ask-time", "sign-reply", "pay"),
        *_of("payment_sheet", "pay-list"),
        *_of("desk", "correct-payment", "reverse-payment"),
    ),
    "mediator": (
        *_of("findings", "prognosis"),
        *_of("talks", "sessions", "diary", "free"),
        *_of("desk", "schedule", "call-off", "session", "caucus", "recuse", "elect"),
        *_of("terms", "terms"),
        *_of("simulate", "simulate"),
        *_of("desk", "propose", "unpropose", "consent", "give-up", "sign", "refuse-to-sign", "seal", "confirm"),
        *_of("desk", "confirmed", "reschedule"),
    ),
    "party": _of(
        *("desk", "attend", "counter", "answer", "answer-for", "speak-alone", "sign-for", "answer-schedule"),
    ),
    "supervisor": (
        *_of("desk", "decide", "decide-recusal", "suspend", "resume", "reclassify", "reassign", "refer", "limitation"),
        *_of("desk", "extend", "refuse-time", "skip", "relieve", "withdraw", "reveal", "comment", "retry", "advance"),
        *_of("proof", "ledger"),
        Listed("after", ("afterwards",), "aftercare.command"),
        *(
            Listed(name, ("afterwards",), f"aftercare.command.{name}")
            for name in ("referrals", "received", "returned", "visited", "ruled")
        ),
    ),
    "tables": (
        *_of("arrears", "arrears"),
        *_of("triage", "triage"),
        *_of("roster", "roster"),
        *_of("officers", "officers"),
        *_of("rules", "params"),
        Listed("calendar", ("deadlines",), "deadlines.cli.calendar"),
        *_of("records", "records"),
    ),
    "operator": (
        Listed("demo", ("demo",), "demo.help"),
        Listed("up", ("up",), "runtime.up_help"),
        Listed("down", ("up",), "runtime.down_help"),
        *_of("login", "login", "logout", "whoami"),
        *_of("identity", "accounts", "keys"),
        *_of("vault", "vault"),
        *_of("workers", "workers"),
        *_of("doctor", "doctor"),
        *_of("backup", "backup", "restore"),
        *_of("login", "token-server"),
        *_of("tokens", "token"),
        *_of("sending", "send"),
        *_of("protocol_docs", "docs"),
    ),
}
"""By whom it serves; ``texts/cli.yaml`` has a heading for each (``panel.NAME``)."""


def listed(name: str) -> Listed | None:
    """The command of a name; None where there is none."""
    return next((one for panel in COMMANDS.values() for one in panel if one.name == name), None)
