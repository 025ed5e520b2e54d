"""The centre's registry of papers: a number, a document, a place in the casebook."""

import asyncio

import asyncpg
from temporalio import activity

from casebook import aftercare
from casebook import papers as kept
from domain.papers.kinds import Issued, IssuedTogether, PaperRequest, PaperRequests
from domain.procedure.aftercare.later_papers import LaterPaper, matter
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

    @activity.defn(name="papers.issue_later")
    async def issue_later(self, asked: LaterPaper) -> Issued:
        """Issue a paper after a case has closed, once. Raises BadTemplate."""
        return await self._issue(await self._drawn_up(asked))

    async def restore(self, asked: PaperRequest | LaterPaper, issued: Issued) -> Issued:
        """Draw up again, under its number, a paper that the casebook has lost. Raises BadTemplate."""
        request = await self._drawn_up(asked)
        await kept.restore(self._pool, self._vault, request, issued.number)
        return await self._issue(request)

    async def _drawn_up(self, asked: PaperRequest | LaterPaper) -> PaperRequest:
        """What the paper says, with the names of those who act."""
        if isinstance(asked, LaterPaper):
            of = await aftercare.kept(self._pool, self._vault, asked.case)
            assert of is not None
            asked = PaperRequest(case=of.case, key=asked.key, drill=of.drill, matter=matter(of, asked))
        said, name, officer = asked.matter, self._rules.tables.roster.name_of, self._rules.tables.officers.name_of
        findings = (
            one.model_copy(update={"officer": officer(one.officer), "head": officer(one.head)}) for one in said.findings
        )
        visits = (one.model_copy(update={"visited_by": name(one.visited_by)}) for one in said.visits)
        update = {"handler": name(said.handler), "findings": tuple(findings), "visits": tuple(visits)}
        return asked.model_copy(update={"matter": said.model_copy(update=update)})

    async def _issue(self, request: PaperRequest) -> Issued:
        await asyncio.to_thread(self._templates.ready, request.matter.kind, Language.CHINESE)
        number = await kept.number(self._pool, self._vault, request, centre=self._rules.tables.centre.paper_series)
        document = await asyncio.to_thread(render, self._templates, request.matter, number, Language.CHINESE)
        sha256 = await kept.keep(self._pool, self._vault, request.key, document.content, document.sha256)
        return Issued(number=number, sha256=sha256)
