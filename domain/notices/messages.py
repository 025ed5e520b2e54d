"""What the post room says of notices."""

from typing import Annotated

from pydantic import Field

from domain.base import Ref
from domain.message import Message


class NoticesSent(Message):
    """What became of the notices of an event: how many a channel took, and how many it finally refused."""

    name = "notices_sent"
    seq: Annotated[int, Field(ge=1)]
    channel: Ref
    sent: Annotated[int, Field(ge=0)]
    failed: Annotated[int, Field(ge=0)] = 0
