"""Something that a case does by itself at an instant."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple


class Alarm(NamedTuple):
    """Something that happens by itself at an instant."""

    at: datetime
    happens: Callable[[datetime], None]
