"""What terms schedule, and what they leave out."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain.base import Model, Ref, Text, Yuan


class Instalment(Model):
    """One payment that a proposal schedules: what each claimant gets, parts A and B apart, in yuan."""

    ref: Ref
    due: date
    part_a: dict[Ref, Yuan] = {}
    part_b: dict[Ref, Yuan] = {}

    @model_validator(mode="after")
    def _positive(self) -> Self:
        amounts = [*self.part_a.values(), *self.part_b.values()]
        if not amounts or any(amount <= 0 for amount in amounts):
            raise ValueError("instalment.amount_not_positive")
        return self

    @property
    def total(self) -> Decimal:
        """The whole instalment in yuan."""
        return sum((*self.part_a.values(), *self.part_b.values()), Decimal("0.00"))

    def only(self, claimants: Collection[Ref]) -> "Instalment | None":
        """What of it is for some claimants; None where nothing is."""
        part_a = {ref: amount for ref, amount in self.part_a.items() if ref in claimants}
        part_b = {ref: amount for ref, amount in self.part_b.items() if ref in claimants}
        return self.model_copy(update={"part_a": part_a, "part_b": part_b}) if part_a or part_b else None


def in_order(instalments: Sequence[Instalment]) -> None:
    """Raise ValueError unless each instalment has a ref of its own, and none is due before the one ahead of it."""
    refs = [i.ref for i in instalments]
    if len(refs) != len(set(refs)):
        raise ValueError("propose.duplicate_instalment")
    dues = [i.due for i in instalments]
    if dues != sorted(dues):
        raise ValueError("propose.instalments_out_of_order")


class LeftOut(Model):
    """A claim item that terms leave to whoever decides it: for everybody, or for the claimants named."""

    item: Ref
    claimants: tuple[Ref, ...] = ()


class DebtOfAnother(Model):
    """Premiums of another employer that the payer schedules: they go in under that employer's own registration."""

    debtor: Ref
    """Who goes on owing them beside the payer (民法典 Art.518, 552)."""
    ground: Literal["taken-over", "joint"]
    """Taken over by these terms, or owed jointly anyway, by statute or decision."""
    words: Text
    """The words in which the payer takes the debt over, or the article or decision by which both owe it."""


DebtsOfOthers = Annotated[tuple[DebtOfAnother, ...], Field(max_length=20)]
