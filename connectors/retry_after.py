"""``Retry-After``: how long a service asks to be left alone (RFC 9110, 10.2.3)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST_PAUSE: Final = timedelta(hours=1)
"""However long it asks for, it is asked again after this."""


def pause(asked: str) -> timedelta | None:
    """How long a service asks to be left alone, in seconds or until an instant; None where it says nothing."""
    if asked.isascii() and asked.isdecimal():
        return min(timedelta(seconds=int(asked)), LONGEST_PAUSE) if len(asked) < 7 else LONGEST_PAUSE
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return None
    left = until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)
    return min(max(left, timedelta()), LONGEST_PAUSE)
