"""Sentences made of texts: events, waiting, problems, receipts. Takes plain values, knows no models."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from texts import DEFAULT_LANGUAGE, NOTHING, deed, knows, label, placeholders, say, tell

_ZONE: Final = ZoneInfo("Asia/Shanghai")
_AMOUNT: Final = re.compile(r"-?\d+\.\d\d")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MONTH: Final = re.compile(r"\d{4}-\d\d")
_ENDS: Final = frozenset({"until", "reply_until"})
"""Facts that say until when: midnight is the end of the day before."""
_PEOPLE: Final = frozenset(
    {"absent", "accepted_by", "before", "claimant", "claimants", "debtor", "invited", "on_behalf", "parties", "party"}
    | {"payer", "person", "present", "representative", "representatives", "represented", "respondents", "to"}
    | {"unsigned", "visited", "who"}
)
"""Facts that say who: by the ref that the case gives them."""
_FREE: Final = frozenset({"text", "reason", "title", "undisputed"})
"""Facts that a person wrote: shown as they are, even where they look like a word of the vocabulary."""
_LABELLED: Final = frozenset({"role", "allowed", "name", "phase", "state", "agency", "case_class"})
"""Parameters of a problem that are read; the others are shown as the sender has to type them."""


def event_line(kind: str, facts: Mapping[str, object], language: str, names: Mapping[str, str] | None = None) -> str:
    """What happened, as a sentence. ``names``: what the people of the case are called, as far as the reader knows."""
    told = dict(facts)
    if isinstance(code := told.get("code"), str) and knows(code):
        told["code"] = say(code, language, **_parameters(told.get("params")))
    if kind == "item_referred":
        told["target"] = say(f"ends.to.{told['target']}", language)
        for key in (f"reply.{told.get('reason')}", f"words.{told.get('reason')}" if told.get("source") else ""):
            if knows(key):
                told["reason"] = say(key, language)
    if kind == "triaged":
        told["rules"] = [_called("triage", rule, language) for rule in _listed(told.get("rules"))]
    for name in ("discrepancy", "discrepancies"):
        if name in told:
            told[name] = [discrepancy_name(one, language, names) for one in _listed(told[name])]
    for name in _PEOPLE & told.keys() if names else ():
        told[name] = _named_people(told[name], names or {})
    return tell(f"events.{kind}", {name: _told(name, value, language) for name, value in told.items()}, language)


def _named_people(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, list | tuple):
        return [_named_people(one, names) for one in value]
    if isinstance(value, Mapping):
        return {_named_people(key, names): _named_people(one, names) for key, one in value.items()}
    return names.get(value, value) if isinstance(value, str) else value


def waits_line(on: Sequence[str], what: str, language: str) -> str:
    """On whom a case waits and for what, as a list has room for it."""
    return f"{label(on[:3], language)} · {say(f'waiting.for.{what}', language)}"


def notice_line(event: str, facts: Mapping[str, object], language: str) -> str:
    """What is to be done now, as whoever is told of an event reads it."""
    named = {name: facts.get(name) for name in placeholders(f"notices.{event}")}
    return tell(f"notices.{event}", {name: _told(name, value, language) for name, value in named.items()}, language)


def _told(name: str, value: object, language: str) -> object:
    """A fact as it is read: an amount with its thousands, a day and a time of the centre as the language writes it."""
    if value in NOTHING or name in _FREE:
        return value
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return f"{Decimal(value):,.2f}"
    if isinstance(value, str) and _INSTANT.match(value):
        return written(datetime.fromisoformat(value), language, ends=name in _ENDS)
    if isinstance(value, str) and _MONTH.fullmatch(value) and language == DEFAULT_LANGUAGE:
        return "{}年{}月".format(*map(int, value.split("-")))
    if isinstance(value, str) and _DAY.fullmatch(value):
        return written(date.fromisoformat(value), language)
    return label(_flat(value, language), language)


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)] if value else []


def _called(file: str, code: str, language: str) -> str:
    """What a rule or a kind is called; its id where it is the centre's own."""
    key = f"{file}.name.{code}"
    return say(key, language) if knows(key) else code


def discrepancy_name(ref: str, language: str, names: Mapping[str, str] | None = None) -> str:
    """What a contradiction is called: its kind, whose it is, with which employer, from when."""
    parts = ref.removeprefix("d-").split("-")
    cut = next((cut for cut in range(len(parts), 0, -1) if knows(f"reconcile.name.{'-'.join(parts[:cut])}")), 0)
    if not cut:
        return ref
    kind, about = _called("reconcile", "-".join(parts[:cut]), language), parts[cut:]
    if knows(f"words.{'-'.join(about)}"):
        about = ["-".join(about)]
    elif len(about) > 1 and about[-2].isdecimal() and about[-1].isdecimal():
        about = [*about[:-2], f"{about[-2]}-{about[-1]}"]
    about = [(names or {}).get(one, one) for one in about]
    if language == DEFAULT_LANGUAGE:
        about = ["{}年{}月".format(*map(int, one.split("-"))) if _MONTH.fullmatch(one) else one for one in about]
    return say("reconcile.one", language, kind=kind, about=label(about, language)) if about else kind


def mediation_name(employer: str, since: str | None, workers: int | None, language: str) -> str:
    """What a mediation at a post is called: its employer, and after a warning whom that left out since when."""
    told = {"employer": employer, "workers": workers, "since": _told("since", since, language)}
    return tell("grid.name", told, language)


def _parameters(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def waiting_line(
    on: Sequence[str],
    what: str,
    since: datetime,
    until: datetime | None,
    provisional: bool,
    language: str,
    names: Mapping[str, str] | None = None,
) -> str:
    """On whom a case waits, for what, since when and until when (times of the centre's zone)."""
    shown = [(names or {}).get(one, one) for one in on[:5]] + (["…"] if len(on) > 5 else [])
    line = tell(f"waiting.{what}", {"on": label(shown, language), "since": written(since, language)}, language)
    if until is not None:
        line += tell("waiting.until", {"until": written(until, language, ends=True)}, language)
    if provisional:
        line += say("waiting.provisional", language)
    return line


def change_line(what: Mapping[str, str | None], language: str, names: Mapping[str, str] | None = None) -> str:
    """What is otherwise in a version of terms than in the one before."""
    of = what["of"]
    said = {
        "aspect": say(f"bargaining.aspect.{what['aspect']}", language),
        "of": (names or {}).get(of, of) if of else None,
        "before": what["before"] or say("bargaining.without", language),
        "after": what["after"] or say("bargaining.without", language),
    }
    return tell("bargaining.change", said, language)


def instant(at: datetime, *, ends: bool = False) -> str:
    """A moment in the centre's zone; an end at midnight is shown as 24:00 of the day before."""
    local = at.astimezone(_ZONE)
    if ends and (local.hour, local.minute) == (0, 0):
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def written(at: date, language: str, *, ends: bool = False) -> str:
    """A day, or a moment in the centre's zone, within a sentence."""
    day_of, clock = (instant(at, ends=ends) + " ").split(" ")[:2] if isinstance(at, datetime) else (str(at), "")
    if language == DEFAULT_LANGUAGE:
        year, month, number = map(int, day_of.split("-"))
        hours, _, minutes = clock.partition(":")
        at_hours = f"{int(hours)}时" + (f"{int(minutes)}分" if int(minutes) else "") if hours else ""
        return f"{year}年{month}月{number}日{at_hours}"
    return f"{day_of} {clock}".rstrip()


def day(at: datetime) -> date:
    """The legal day of a moment at the centre."""
    return at.astimezone(_ZONE).date()


def problem_line(field: str, code: str, params: Mapping[str, str], language: str, *, path: bool = True) -> str:
    """What is wrong with a field, and what to do. ``path``: for whoever writes the field in a file."""
    in_words = f"forms.{params.get('pattern', '')}"
    key = in_words if knows(in_words) else code if knows(code) else "input.fallback"
    shown = {
        name: deed(value, language)
        if name == "name"
        else label(value.split(", "), language)
        if name in _LABELLED
        else value
        for name, value in params.items()
    }
    problem = say(key, language, **shown)
    if field.startswith("(") or field == "name":  # The whole of a message or a file, or what it is called.
        return problem
    return say("input.line", language, field=field_name(field, language, path=path), problem=problem)


def field_name(field: str, language: str, *, path: bool) -> str:
    """A field by the names of its parts and the numbers of its rows.

    Whoever writes it in a file reads it in Chinese beside its path, and in English by its path alone.
    """
    chinese = language == DEFAULT_LANGUAGE
    if path and not chinese:
        return field
    parts = [
        say("input.row", language, row=str(int(part) + 1)) if part.isdecimal() else _named(part, language)
        for part in field.split(".")
    ]
    named = ("" if chinese else ", ").join(parts)
    return f"{named}（{field}）" if path and named != field else named


def _named(part: str, language: str) -> str:
    return say(f"fields.{part}", language) if knows(f"fields.{part}") else part


def receipt_text(
    decision: str,
    case_number: str | None,
    missing: Sequence[str],
    until: date | None,
    refer_to: str | None,
    source: str | None,
    language: str,
) -> str:
    """What a receipt means, and what comes next."""
    return say(
        f"receipts.{decision}",
        language,
        case_number=case_number or "—",
        missing=label(list(missing), language),
        until=until or "—",
        refer_to=label(refer_to, language),
        source=source or "—",
    )


def grid_receipt(case: str, due: date, paid_by: date, source: str, verified: bool, language: str) -> str:
    """What the opening of a mediation at a grid post means, and what comes next."""
    doubt = "" if verified else say("grid.unverified", language)
    return say("grid.receipt", language, case=case, due=due, paid_by=paid_by, source=source + doubt)


def grid_line(ending: str | None, outcome: str | None, due: date | None, number: str | None, language: str) -> str:
    """How a mediation at a grid post stands."""
    if ending is None:
        return say("grid.mediating", language, due=due or "—")
    return say(f"grid.{outcome or 'handing-over'}", language, case=number or "—")


def meeting_line(number: str | None, stage: str, items: int, orders: int, language: str) -> str:
    """How a joint meeting stands."""
    return say("meeting.line", language, number=number or "", stage=label(stage, language), items=items, orders=orders)


def aftercare_line(open_items: int, to_visit: int, language: str) -> str:
    """What is still awaited after a case."""
    return say("aftercare.line", language, items=open_items, visits=to_visit)


def _flat(value: object, language: str) -> object:
    """Nested facts as text: ``a: 1.00, b: 2.00``."""
    if isinstance(value, Mapping) and {"field", "code", "params"} <= value.keys():
        return problem_line(value["field"], value["code"], value["params"], language, path=False)
    if isinstance(value, Mapping):
        return " ".join(label(part, language) for part in value.values() if part not in (None, ""))
    if isinstance(value, list | tuple):
        return [_flat(part, language) for part in value]
    return value


def triage_reason(
    rule: str, facts: Mapping[str, str], own: str | None, source: str, verified: bool, language: str
) -> str:
    """Why a triage rule fired: in the table's own words, or those of texts/triage.yaml, or else the facts."""
    shown = {name: fact(value, language) for name, value in facts.items()}
    if own is not None:
        reason = own.format(**shown)
    elif knows(key := f"triage.{rule}"):
        reason = say(key, language, **shown)
    else:
        reason = "; ".join(f"{_fact_name(name, language)}: {value}" for name, value in shown.items())
    key = "facts.fired" if verified else "facts.fired_unverified"
    return say(key, language, reason=reason, rule=rule, source=source)


def nearly(rule: str, missed: Sequence[Mapping[str, str]], held: int, language: str) -> str:
    """Which conditions a rule missed by: each with ``fact``, ``comparison``, ``wanted``, ``found``."""
    told = "; ".join(_missed(condition, language) for condition in missed)
    return say("facts.nearly", language, rule=rule, count=len(missed), total=len(missed) + held, missed=told)


def _missed(condition: Mapping[str, str], language: str) -> str:
    wanted, found, comparison = condition["wanted"], condition["found"], condition["comparison"]
    told: dict[str, object] = {
        "fact": _fact_name(condition["fact"], language),
        "wanted": say(f"facts.compare.{comparison}", language, value=fact(wanted, language)),
        "found": fact(found, language),
    }
    if comparison in ("ge", "le") and found != "None":
        return say("facts.missed_by", language, short=abs(Decimal(wanted) - Decimal(found)), **told)
    return say("facts.missed", language, **told)


def _fact_name(name: str, language: str) -> str:
    return say(f"facts.{name}", language) if knows(f"facts.{name}") else name


def fact(value: str, language: str) -> str:
    """A fact of triage as users read it."""
    return say(f"facts.{value}", language) if value in ("True", "False", "None") else label(value.split(", "), language)
