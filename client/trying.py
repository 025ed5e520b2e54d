"""Terms tried before they are sent: what they would come to, by the days that the centre's own plan gives."""

from collections.abc import Sequence
from pathlib import Path

from activities.performance import PerformanceService
from domain.case.requests import PerformancePlan, PerformanceRequest
from domain.procedure.mediation.bargain import Bargain, Offer
from domain.procedure.mediation.simulation import Simulation, beside, simulate
from domain.settlement.instalments import Instalment
from runtime.rules import Rules


async def tried(told: Bargain, offer: Offer, tables: Path) -> Simulation:
    """What the terms would come to by the tables in force. Nothing is sent."""
    service = PerformanceService(Rules(tables))

    async def plan(instalments: Sequence[Instalment], acceleration: bool | None = None) -> PerformancePlan:
        request = PerformanceRequest(
            jurisdiction=told.jurisdiction,
            instalments=tuple(instalments),
            agreed_on=told.today,
            acceleration=acceleration,
        )
        return await service.plan(request)

    others = {ref: await plan(instalments) for ref, instalments in beside(told).items()}
    return simulate(told, offer, await plan(offer.instalments, offer.acceleration), others)
