#!/usr/bin/env python3
"""One process of workers: the centre's, or one agency's.

``worker.py --role tax`` runs in the tax bureau, with the tax bureau's activities and nothing else.
"""

from runtime.memory import collect_rarely, keep_what_is_loaded

collect_rarely()

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
from temporalio import activity
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleSpec,
    ScheduleUpdate,
)
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.labor import Labor
from activities.logged import Logged
from activities.medical_insurance import MedicalInsurance
from activities.tax import Tax
from activities.union import Union
from activities.unserviceable import Unserviceable
from casebook import logins
from casebook.records import TableRecords
from casebook.stoppages import TableStoppages
from connectors import http
from connectors.breaker import Breaker
from domain.inquiry.records import EmployerRecords
from domain.ledger import SYSTEM
from domain.rounds import PostRound
from domain.words import CENTRE_QUEUE, Agency
from notices.channels import Channel, Mail, Webhook
from runtime import connect, log
from runtime.cluster import unregistered
from runtime.deployment import build, versioned
from runtime.metering import metered
from runtime.rings import RingLost
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing_keys import KeySetFile
from runtime.tokens import Verifier
from runtime.vault import Vault

ROLES = (CENTRE_QUEUE, *Agency)
_CASES_AT_ONCE = 16
"""Cases that one process advances at the same instant. Of two hundred at once none gets on fast enough."""
_LOOK_EVERY = 15.0
"""Seconds between two looks at the agencies' logins."""


@dataclass(frozen=True)
class World:
    """What the workers of this process reach."""

    client: Client
    pool: asyncpg.Pool
    vault: Vault
    rules: Rules
    verifier: Verifier
    services: Mapping[Agency, EmployerRecords] = field(default_factory=dict)
    """The agencies' own records services; the others' records are read from exchange files."""
    build: str | None = None
    """The version as which these workers take part; None on a server that knows no versions."""
    cached_cases: int = 2000
    """How many cases are kept in mind."""
    channels: Sequence[Channel] = ()
    """The ways out for notices; without any they are read in the app only."""
    drill_notices: bool = False
    """Whether notices of drills go out by them too."""
    public_address: str | None = None
    """Where parties sign in, as notices say it."""


def worker(role: str, world: World) -> Worker:
    """The worker of one role, on the task queue of the role's name."""
    if role == CENTRE_QUEUE:
        return _centre(world)
    agency = Agency(role)
    return Worker(
        world.client,
        task_queue=role,
        activities=_agency_activities(world, agency),
        interceptors=[Logged(), Unserviceable()],
        graceful_shutdown_timeout=timedelta(seconds=10),
        deployment_config=versioned(role, world.build),
    )


def _agency_activities(world: World, agency: Agency) -> Sequence[Any]:
    """Reading its records for a case; where they are exchange rows, looking through them for early warnings too."""
    own = world.services.get(agency)
    records = own or TableRecords(world.pool, world.vault, agency)
    watch = own or TableStoppages(world.pool, world.vault, agency, activity.heartbeat)
    match agency:
        case Agency.LABOR:
            labor = Labor(records, watch)
            return [labor.read_records, labor.still_employed]
        case Agency.TAX:
            tax = Tax(records, watch)
            return [tax.read_records, tax.stopped_payers]
        case Agency.MEDICAL_INSURANCE:
            return [MedicalInsurance(records).read_records]
        case Agency.UNION:
            return [Union(records).read_records]


def _centre(world: World) -> Worker:
    """The centre's worker: every procedure, and the services that they ask. An agency's process never loads them."""
    from activities.aftercare import AftercareService
    from activities.alive import Alive
    from activities.assessment import AssessmentService
    from activities.casebook import CasebookService
    from activities.closure import ClosureService
    from activities.collective import CollectiveService
    from activities.deadlines import DeadlineService
    from activities.grid import GridService
    from activities.identity import IdentityService
    from activities.intake import IntakeService
    from activities.mediation import MediationService
    from activities.meeting import MeetingService
    from activities.notices import NoticeService
    from activities.papers import PaperService
    from activities.performance import PerformanceService
    from activities.sessions import SessionService
    from activities.triage import TriageService
    from papers.document import Templates
    from runtime.sandbox import Runner
    from workflows.aftercare import AftercareWorkflow
    from workflows.dispute import DisputeWorkflow
    from workflows.early_warning import EarlyWarningWorkflow
    from workflows.grid import GridWorkflow
    from workflows.meeting import MeetingWorkflow
    from workflows.notices import NoticesWorkflow
    from workflows.proven import Proving

    triage = TriageService(world.pool, world.vault, world.rules)
    identity = IdentityService(world.verifier.keys)
    intake = IntakeService(world.client, world.pool, world.vault, world.rules, triage, identity)
    mediation = MediationService(world.pool, world.vault, world.rules)
    channels = [channel.name for channel in world.channels]
    meeting = MeetingService(world.client, world.pool, world.vault, world.rules, channels)
    collective = CollectiveService(world.client, world.pool, world.vault)
    papers = PaperService(world.pool, world.vault, Templates(world.rules.folder / "papers"), world.rules)
    after = AftercareService(world.client, world.pool, world.vault, world.rules)
    grid = GridService(world.client, world.pool, world.vault, world.rules)
    services: Sequence[Any] = [
        identity.keys,
        intake.admit,
        intake.link,
        triage.plan,
        AssessmentService(world.pool, world.vault, world.rules, mediation).judge,
        mediation.open,
        PerformanceService(world.rules).plan,
        DeadlineService(world.rules).recount,
        ClosureService(world.rules).close,
        SessionService(world.pool, world.rules).settle,
        collective.hand_on,
        meeting.gather,
        meeting.act,
        meeting.term,
        meeting.record,
        after.hand_over,
        after.take_up,
        after.give_back,
        after.terms,
        after.record,
        grid.plan,
        grid.record,
        grid.forward,
        grid.watch_terms,
        grid.warn,
        CasebookService(world.pool, world.vault, channels, channels if world.drill_notices else ()).record,
        NoticeService(
            world.client, world.pool, world.vault, world.channels, world.rules, world.public_address
        ).send_due,
        papers.issue,
        papers.issue_later,
    ]
    runner = Runner()
    centre = Worker(
        world.client,
        task_queue=CENTRE_QUEUE,
        workflow_runner=runner,
        workflows=[
            DisputeWorkflow,
            AftercareWorkflow,
            EarlyWarningWorkflow,
            GridWorkflow,
            MeetingWorkflow,
            NoticesWorkflow,
        ],
        activities=services,
        graceful_shutdown_timeout=timedelta(seconds=10),
        max_cached_workflows=world.cached_cases,
        max_concurrent_workflow_tasks=_CASES_AT_ONCE,
        deployment_config=versioned(CENTRE_QUEUE, world.build),
        interceptors=[Proving(world.verifier, world.rules.in_office), Logged(), Alive(), Unserviceable()],
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=5),
    )
    return runner.serve(centre)


def _channels(settings: Settings, client: httpx.AsyncClient) -> Sequence[Channel]:
    """The ways out that the settings name."""
    channels: list[Channel] = []
    if settings.smtp_server:
        channels.append(Mail(settings.smtp_server, settings.smtp_port, settings.mail_from, tls=settings.smtp_tls))
    if settings.webhook:
        token = settings.webhook_token
        channels.append(Webhook(client, settings.webhook, token.get_secret_value() if token else None))
    return channels


async def keep_sending(client: Client, channel: str) -> None:
    """Have what is due by a channel sent every half minute, one round at a time, from now on."""
    name = f"notices-{channel}"
    asked = PostRound(asked_by=SYSTEM, channel=channel)
    action = ScheduleActionStartWorkflow("NoticesWorkflow", asked, id=name, task_queue=CENTRE_QUEUE)
    every = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(seconds=30))])
    schedule = Schedule(action=action, spec=every)
    try:
        await client.create_schedule(name, schedule)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(lambda _: ScheduleUpdate(schedule=schedule))


async def keep_fair(pool: asyncpg.Pool) -> None:
    """See to it that no agency's login holds up the others."""
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        try:
            ended = await logins.end_overlong(pool)
        except (OSError, asyncpg.PostgresError) as away:
            log.get().warning("the logins of the agencies can't be looked after", why=type(away).__name__)
        else:
            if ended:
                log.get().warning("transactions of agencies lasted too long and were ended", count=ended)


async def _services(
    roles: Sequence[str], settings: Settings, stack: contextlib.AsyncExitStack
) -> Mapping[Agency, EmployerRecords]:
    """The records services of these roles' agencies, as far as there are any."""
    addresses = {Agency(role): settings.records_of(role) for role in roles if role != CENTRE_QUEUE}
    return {
        agency: await stack.enter_async_context(
            http.opened(
                http.Service(
                    agency=agency,
                    url=url,
                    ca=settings.connector_ca,
                    certificate=settings.connector_certificate,
                    key=settings.connector_key,
                    key_id=settings.connector_key_id,
                ),
                alive=activity.heartbeat,
                breaker=Breaker(),
            )
        )
        for agency, url in addresses.items()
        if url is not None
    }


async def run(roles: Sequence[str], settings: Settings) -> None:
    """Work until SIGINT or SIGTERM, then finish what is in hand and stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        pool = await stack.enter_async_context(connect.database(settings))
        services = await _services(roles, settings, stack)
        client = await connect.connect(
            settings, runtime=metered(settings.metrics), service=f"onestop-worker-{'-'.join(roles)}"[:100]
        )
        rules = Rules(settings.own_tables)
        if CENTRE_QUEUE in roles:
            await _must_know_us(client)
        vault, verifier = Vault.of(settings), Verifier(KeySetFile.of(settings))
        channels = _channels(settings, await stack.enter_async_context(httpx.AsyncClient()))
        world = World(
            client,
            pool,
            vault,
            rules,
            verifier,
            services,
            settings.build or build(),
            settings.cached_cases,
            channels,
            settings.drill_notices,
            settings.public_address,
        )
        for role in roles:
            await stack.enter_async_context(worker(role, world))
        for channel in channels if CENTRE_QUEUE in roles else ():
            await keep_sending(client, channel.name)
        if CENTRE_QUEUE in roles:
            watching = asyncio.create_task(keep_fair(pool))
            stack.callback(watching.cancel)
        keep_what_is_loaded()
        log.get().info("working", roles=list(roles))
        await stop.wait()
        log.get().info("stopping", roles=list(roles))


async def _must_know_us(client: Client) -> None:
    """End, saying what lacks, rather than run while every filing fails."""
    try:
        missing = await unregistered(client)
    except RPCError as error:
        log.get().warning("the cluster does not tell its search attributes", why=error.message)
        return
    if missing:
        log.get().error("search attributes must be registered first, see docs/operations.md", missing=missing)
        raise SystemExit(4)


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--role", choices=[*ROLES, "all"], required=True)
    role = parser.parse_args().role
    settings = Settings()
    log.configure(settings)
    try:
        asyncio.run(run(ROLES if role == "all" else [role], settings))
    except RingLost as lost:
        log.get().error("the key ring is lost: put back the file, nothing can be read without it", file=str(lost))
        raise SystemExit(4) from None


if __name__ == "__main__":
    main()
