"""What every message carries, whomever it is sent to."""

from typing import ClassVar

from domain.base import Model, Ref
from domain.ledger import Actor
from domain.words import Language


class Message(Model):
    """What every message carries. The same ``message_id`` twice acts once."""

    name: ClassVar[str]

    message_id: Ref
    actor: Actor
    language: Language = Language.CHINESE
    """The language of the answer, and of a refusal."""
