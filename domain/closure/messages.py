"""What agencies say at the end of a case."""

from domain.base import Ref
from domain.message import Message


class SignReply(Message):
    """The head of an agency signs its part of the unified reply."""

    name = "sign_reply"
    task: Ref
    """The agency, by the name of its inquiry."""
