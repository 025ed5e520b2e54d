"""A casebook in which each test has an employer, an officer and a mediator of its own."""

from datetime import timedelta
from typing import Any

import asyncpg

from casebook.inbox import TaskFilter, tasks
from casebook.ledger import record
from casebook.lists import CaseFilter, cases
from casebook.registry import register
from domain.words import Agency
from runtime.vault import Vault
from tests.builders import claimant, complaint, employer
from tests.casebook.filing import FILED, chain, entry, fresh, request

HOUR = timedelta(hours=1)


class Desk:
    """A casebook in which each test looks at cases of an employer, an officer and a mediator of its own."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault) -> None:
        self.pool, self.vault = pool, vault
        self.company, self.officer, self.mediator = fresh("虚构名单公司"), fresh("o"), fresh("m")
        self.people = iter(range(400, 500))

    async def case(self, hours: int = 0, tasks: tuple[Any, ...] = (), drill: bool = False, **changes: Any) -> str:
        """A case of the employer that was filed some hours later, in whatever state."""
        person = claimant(next(self.people), ref="c1")
        filed = complaint(respondents=(employer(name=self.company),)).model_copy(update={"claimants": (person,)})
        asked = request(filed, filed_at=FILED + hours * HOUR, drill=drill)
        await register(self.pool, self.vault, asked)
        await record(
            self.pool, self.vault, entry(asked.case, *chain(1), tasks=tasks, mediator=self.mediator, **changes)
        )
        return asked.case

    async def listed(self, **wanted: Any) -> list[str]:
        found = await cases(self.pool, self.vault, CaseFilter(**{"employer": self.company} | wanted))
        return [line.case for line in found]

    async def inbox(self, **wanted: Any) -> list[str]:
        found = await tasks(
            self.pool, self.vault, TaskFilter(**{"officer": self.officer, "agency": Agency.TAX} | wanted)
        )
        return [line.case for line in found]
