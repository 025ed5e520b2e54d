"""Early warnings: where employers have stopped paying, on a map of the posts and in a list, and what came of each."""

from collections import Counter
from datetime import datetime
from typing import Final, NamedTuple

from starlette.responses import Response

from casebook import grid
from casebook.grid import GridFilter, GridLine
from console import reading
from console.look import Look
from domain.base import CENTRE_ZONE
from domain.grid.early_warning import GridTable, ServedPost

_WIDE: Final = 720
_HIGH: Final = 360
_EDGE: Final = 60
_LEAST: Final = 10
_MOST: Final = 34
_SHOWN: Final = 500
"""Open warnings, and as many of those that are over: the oldest of the former, the latest of the latter."""
COLOURS: Final = ("red", "yellow", "blue")


class Graded(NamedTuple):
    """A warning and its colour today."""

    line: GridLine
    colour: str


class Spot(NamedTuple):
    """A post on the map: where, how large, and how many open warnings of each colour."""

    post: str
    x: float
    y: float
    size: float
    open: int
    colours: dict[str, int]

    @property
    def worst(self) -> str:
        """The gravest colour there; none where nothing is open."""
        return next((colour for colour in COLOURS if self.colours.get(colour)), "none")


async def warnings_page(look: Look) -> Response:
    """What was warned of, the gravest first; drills apart."""
    reading.must_lead(look.visitor)
    drill = look.request.query_params.get("of") == "drill"
    post = look.request.query_params.get("post") or None
    table, today = look.door.rules.tables.grid, datetime.now(CENTRE_ZONE).date()
    of = GridFilter(warned=True, drill=drill, limit=_SHOWN)
    ways = (of.model_copy(update={"open": True, "oldest_first": True}), of.model_copy(update={"open": False}))
    found = [one for way in ways for one in await grid.lines(look.door.pool, look.door.vault, way)]
    graded = [Graded(one, table.grade(one.since, one.workers or 1, today)) for one in found if one.since]
    graded.sort(key=lambda one: (one.line.outcome is not None, COLOURS.index(one.colour), one.line.opened_at))
    shown = [one for one in graded if post in (None, one.line.post)]
    return look.page(
        "warnings.html",
        spots=spots(table, graded),
        size=(_WIDE, _HIGH),
        warnings=shown,
        came=await grid.came_of_warnings(look.door.pool, drill=drill),
        drill=drill,
        post=post,
        source=table.source,
    )


def spots(table: GridTable, graded: list[Graded]) -> list[Spot]:
    """Every post where it lies; one that says nothing of it stands in a row beneath."""
    posts: list[ServedPost] = [*table.posts, table.otherwise]
    placed = [post.at for post in posts if post.at is not None]
    west, east = min((at[0] for at in placed), default=0), max((at[0] for at in placed), default=1)
    south, north = min((at[1] for at in placed), default=0), max((at[1] for at in placed), default=1)
    across, up = (east - west) or 1, (north - south) or 1
    told, beneath = [], 0
    for post in posts:
        of_it = Counter(one.colour for one in graded if one.line.post == post.id and one.line.outcome is None)
        if post.at is not None:
            x = _EDGE + (post.at[0] - west) / across * (_WIDE - 2 * _EDGE)
            y = _HIGH - _EDGE - (post.at[1] - south) / up * (_HIGH - 2 * _EDGE)
        else:
            x, y = _EDGE + beneath * 2 * _EDGE, _HIGH - _EDGE / 2
            beneath += 1
        count = of_it.total()
        told.append(Spot(post.id, round(x, 1), round(y, 1), min(_LEAST + 3 * count, _MOST), count, dict(of_it)))
    return told
