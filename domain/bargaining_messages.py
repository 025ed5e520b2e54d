"""What the sides say to each other about terms that are on the table already."""

from domain.base import Ref
from domain.messages import Propose


class Counter(Propose):
    """Put other terms in the place of an open proposal: a counter-offer, or a new version of one's own.

    The proposal that it answers is closed, and whoever had accepted it is bound by nothing any more. So a claimant may
    counter only for everybody whom that proposal names, as the only one or as their elected representative, and a
    respondent only where it is to pay; the mediator may at any time.
    """

    name = "counter"
    counters: Ref
    on_behalf: Ref | None = None
    """The party whose offer the mediator carries over: it counts as that party's acceptance of it."""
