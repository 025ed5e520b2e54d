"""How busy the mediators are, and who of them is there: for whoever assigns cases."""

from collections.abc import Iterable
from datetime import date

from casebook.health import MediatorQueue
from domain.base import Model, Ref
from domain.triage.roster import Roster


class MediatorLoad(Model):
    """A mediator on a day."""

    mediator: Ref
    name: str | None
    groups: tuple[Ref, ...]
    on_duty: bool
    away_until: date | None
    """The last day of an absence; None for whoever is there."""
    open: int
    overdue: int


def loads(roster: Roster, queues: Iterable[MediatorQueue], day: date) -> tuple[MediatorLoad, ...]:
    """Everybody of the roster, and whoever has cases without standing in it: the busiest first."""
    held = {queue.mediator: queue for queue in queues}
    duty = {mediator.id for mediator in roster.on_duty(day)}
    nothing = MediatorQueue(mediator="-", open=0, overdue=0)
    known = [
        MediatorLoad(
            mediator=one.id,
            name=one.name,
            groups=one.groups,
            on_duty=one.id in duty,
            away_until=one.away_until(day),
            open=held.get(one.id, nothing).open,
            overdue=held.get(one.id, nothing).overdue,
        )
        for one in roster.mediators
    ]
    strangers = held.keys() - {one.mediator for one in known}
    left = [
        MediatorLoad(
            mediator=who,
            name=None,
            groups=(),
            on_duty=False,
            away_until=None,
            open=held[who].open,
            overdue=held[who].overdue,
        )
        for who in strangers
    ]
    return tuple(sorted([*known, *left], key=lambda one: (-one.open, -one.overdue, one.mediator)))
