"""What may be said about the data that is held of people."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.base import Ref, Text
from domain.identifiers import IdentityNumber
from domain.intake.complaint import Email, Name, Phone
from domain.message import Message


class ReadPersonalData(Message):
    """Read what views mask of a person, for a purpose that the ledger keeps. The answer to the update is the data."""

    name = "read_personal_data"
    person: Ref
    data: Annotated[tuple[Literal["name", "identity_number", "phone"], ...], Field(min_length=1, max_length=3)]
    purpose: Ref
    """verify-identity, contact, enforcement-file, oversight; or access: a claimant reads their own."""
    reason: Text | None = None


CORRECTABLE = ("full_name", "identity_number", "phone", "email")


class CorrectPersonalData(Message):
    """What the case holds of a person was wrong: this is right (个人信息保护法 Art.46). The ledger keeps no value."""

    name = "correct_personal_data"
    person: Ref
    full_name: Name | None = None
    identity_number: IdentityNumber | None = None
    phone: Phone | None = None
    email: Email | None = None
    proof: Annotated[Ref | None, Field(max_length=64)] = None
    """The paper or evidence by which it was checked; a name or an identity number needs one."""
    reason: Text

    @model_validator(mode="after")
    def _something(self) -> "CorrectPersonalData":
        if not self.fields():
            raise ValueError("correction.nothing")
        return self

    def fields(self) -> list[str]:
        """The fields that are corrected."""
        return [name for name in CORRECTABLE if getattr(self, name) is not None]
