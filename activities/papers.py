"""The centre's registry of papers: a number, a document, a place in the casebook."""

import asyncio

import asyncpg
from temporalio import activity

from casebook import aftercare
from casebook import papers as kept
from domain.papers.kinds import Issued, IssuedTogether, PaperRequest, PaperRequests
from domain.procedure.aftercare.visit_record import RecordRequest, visit_record
from domain.words import Language
from papers.document import Templates, render
from runtime.rules import Rules
from runtime.vault import Vault


class PaperService:
    """Numbers, draws up and keeps papers."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, templates: Templates, rules: Rules) -> None:
        self._pool, self._vault, self._templates, self._rules = pool, vault, templates, rules

    @activity.defn(name="papers.issue")
    async def issue(self, request: PaperRequests) -> IssuedTogether:
        """Issue papers once: the same key again gives the same number and document. Raises BadTemplate."""
        issued = [await self._issue(await self._drawn_up(paper)) for paper in request.papers]
        return IssuedTogether(issued=tuple(issued))

    @activity.defn(name="papers.visit_record")
    async def visit_record(self, asked: RecordRequest) -> Issued:
        """Issue a record of the visit after a closed case, once. Raises BadTemplate."""
        return await self._issue(await self._drawn_up(asked))

    async def restore(self, asked: PaperRequest | RecordRequest, issued: Issued) -> Issued:
        """Draw up again, under its number, a paper that the casebook has lost. Raises BadTemplate."""
        request = await self._drawn_up(asked)
        await kept.restore(self._pool, self._vault, request, issued.number)
        return await self._issue(request)

    async def _drawn_up(self, asked: PaperRequest | RecordRequest) -> PaperRequest:
        """What the paper says, with the names of those who act."""
        name = self._rules.tables.roster.name_of
        if isinstance(asked, PaperRequest):
            matter, officer = asked.matter, self._rules.tables.officers.name_of
            findings = tuple(
                one.model_copy(update={"officer": officer(one.officer), "head": officer(one.head)})
                for one in matter.findings
            )
            update = {"handler": name(matter.handler), "findings": findings}
            return asked.model_copy(update={"matter": matter.model_copy(update=update)})
        of = await aftercare.kept(self._pool, self._vault, asked.case)
        assert of is not None
        matter = visit_record(of, asked)
        visits = tuple(one.model_copy(update={"visited_by": name(one.visited_by)}) for one in matter.visits)
        matter = matter.model_copy(update={"handler": name(matter.handler), "visits": visits})
        return PaperRequest(case=of.case, key=asked.key, drill=of.drill, matter=matter)

    async def _issue(self, request: PaperRequest) -> Issued:
        await asyncio.to_thread(self._templates.ready, request.matter.kind, Language.CHINESE)
        number = await kept.number(self._pool, self._vault, request, centre=self._rules.tables.centre.paper_series)
        document = await asyncio.to_thread(render, self._templates, request.matter, number, Language.CHINESE)
        sha256 = await kept.keep(self._pool, self._vault, request.key, document.content, document.sha256)
        return Issued(number=number, sha256=sha256)
