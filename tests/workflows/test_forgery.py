"""Trying to get in, straight at the real Temporal server, past every client of ours."""

import base64
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    QueryWorkflowInput,
    SignalWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)

import worker
from domain.case import messages as m
from domain.case.identity import HEADER, Sent, Use, sent_message
from domain.case.state import CaseState
from domain.ledger import SYSTEM, Actor
from domain.message import Message
from domain.words import Agency, Language, Outcome, Phase, Role
from runtime.connect import plugin
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing import header
from runtime.signing_keys import Keys
from runtime.tokens import ALGORITHM, Verifier, judge, mint
from runtime.vault import Vault
from tests import builders
from tests.workflows.conftest import Handle, Office, plain

TAXMAN: Final = builders.officer(Agency.TAX)
SUPERVISOR: Final = builders.SUPERVISOR


@pytest.fixture(scope="module")
async def centre(
    client: Client, pool: asyncpg.Pool, vault: Vault, settings: Settings, verifier: Verifier
) -> AsyncIterator[Office]:
    """The centre at work on a real development server."""
    world = worker.World(client, pool, vault, Rules(settings.own_tables), verifier)
    async with contextlib.AsyncExitStack() as stack:
        for role in worker.ROLES:
            await stack.enter_async_context(worker.worker(role, world))
        yield Office(client, pool, vault, settings.own_tables)


@pytest.fixture(scope="module", autouse=True)
def old_key(keys: Keys) -> None:
    """A key that was there yesterday."""
    keys.new("people", starts=datetime.now(UTC) - timedelta(days=1))


class Headed(Interceptor, OutboundInterceptor):
    """A client of somebody else's that puts whatever it likes into the header."""

    def __init__(self, token: str | None) -> None:
        self._headers = {} if token is None else {HEADER: header(token)}

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        self.next = next
        return self

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        await super().signal_workflow(replace(input, headers=self._headers))

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> Any:
        return await super().start_workflow_update(replace(input, headers=self._headers))

    async def query_workflow(self, input: QueryWorkflowInput) -> Any:
        return await super().query_workflow(replace(input, headers=self._headers))


@dataclass(frozen=True)
class Burglar:
    """Somebody who can reach the server, and may have got hold of a token."""

    server: str
    vault: Vault
    case: str

    async def _handle(self, token: str | None) -> Handle:
        stranger = await Client.connect(self.server, plugins=[plugin(self.vault)], interceptors=[Headed(token)])
        return stranger.get_workflow_handle(self.case)

    async def update(self, message: Message, token: str | None) -> str:
        """Why it was refused; fails if it was not."""
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await (await self._handle(token)).execute_update(message.name, plain(message.model_dump(mode="json")))
        return str(refused.value.cause)

    async def signal(self, message: Message, token: str | None) -> None:
        await (await self._handle(token)).signal(message.name, plain(message.model_dump(mode="json")))

    async def query(self, name: str, token: str | None) -> Any:
        return await (await self._handle(token)).query(name)


def sent_by(message: Message, case: str) -> Sent:
    """What a message says of itself."""
    return sent_message(case, message.name, json.dumps(message.model_dump(mode="json")).encode())


def minted(keys: Keys, message: Message, case: str, actor: Actor | None = None, at: datetime | None = None) -> str:
    """A good token for a message."""
    return mint(keys, actor or message.actor, Use.MESSAGE, case, at or datetime.now(UTC), sent_by(message, case))


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, believed."""
    body: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return body


def signed_anew(token: str, key: Any, algorithm: str = ALGORITHM, **changes: Any) -> str:
    """The same token with other claims, signed by somebody else."""
    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.encode(claims_of(token) | changes, key, algorithm=algorithm, headers={"kid": kid})


def none_at_all(token: str) -> str:
    """``"alg": "none"``: no signature."""
    head, body, _ = token.split(".")
    fields = json.loads(base64.urlsafe_b64decode(head + "==")) | {"alg": "none"}
    return f"{base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip('=')}.{body}."


def by_the_public_key(keys: Keys, token: str) -> str:
    """HS256 with the public key as the secret: taken for a shared one by libraries that ask the token how to verify."""
    public = keys.public.find(jwt.get_unverified_header(token)["kid"])
    raw = base64.urlsafe_b64decode(public.x + "==")
    return signed_anew(token, raw, "HS256")


def comment(actor: Actor = SUPERVISOR) -> m.Comment:
    """A remark that nobody has made before."""
    return m.Comment(message_id=f"m-{uuid.uuid4().hex}", actor=actor, text="改判")


def altered(token: str) -> str:
    """One bit of the signature differs."""
    head, body, signature = token.split(".")
    return f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


Attack = Callable[[Keys, Message, str], str | None]
STRANGER: Final = Ed25519PrivateKey.generate()
ATTACKS: Final[dict[str, tuple[Attack, str]]] = {
    "unsigned": (lambda keys, said, case: None, "nothing proves"),
    "garbage": (lambda keys, said, case: "x.y.z", "not one of ours"),
    "altered signature": (lambda keys, said, case: altered(minted(keys, said, case)), "not one of ours"),
    "another's key": (lambda keys, said, case: signed_anew(minted(keys, said, case), STRANGER), "not one of ours"),
    "alg none": (lambda keys, said, case: none_at_all(minted(keys, said, case)), "not one of ours"),
    "HS256 by the public key": (lambda keys, said, case: by_the_public_key(keys, minted(keys, said, case)), "ours"),
    "unknown key": (
        lambda keys, said, case: jwt.encode(
            claims_of(minted(keys, said, case)), STRANGER, ALGORITHM, headers={"kid": "people-0"}
        ),
        "key that signed",
    ),
    "expired": (
        lambda keys, said, case: minted(keys, said, case, at=datetime.now(UTC) - timedelta(minutes=6)),
        "expired",
    ),
    "from the future": (
        lambda keys, said, case: minted(keys, said, case, at=datetime.now(UTC) + timedelta(minutes=6)),
        "issued in the future",
    ),
    "another case": (lambda keys, said, case: minted(keys, said, "dispute-other"), "another case"),
    "another message": (lambda keys, said, case: minted(keys, comment(), case), "not made for this"),
    "other words": (
        lambda keys, said, case: minted(keys, said.model_copy(update={"text": "原判"}), case),
        "not made for this",
    ),
    "another person": (
        lambda keys, said, case: minted(keys, said, case, actor=Actor(id="sup-2", role=Role.SUPERVISOR)),
        "supervisor:sup-2",
    ),
    "another role": (
        lambda keys, said, case: minted(keys, said, case, actor=Actor(id="sup-1", role=Role.INTAKE)),
        "intake:sup-1",
    ),
    "another agency": (
        lambda keys, said, case: minted(keys, said, case, actor=builders.officer(Agency.LABOR, "o1")),
        "officer:labor/o1",
    ),
    "for reading": (
        lambda keys, said, case: mint(keys, said.actor, Use.READING, case, datetime.now(UTC)),
        "reading",
    ),
}


@pytest.mark.parametrize("how", ATTACKS)
async def test_a_message_that_nobody_proves_is_refused_as_an_update_and_changes_nothing_as_a_signal(
    centre: Office, keys: Keys, how: str
) -> None:
    handle = await centre.start(builders.complaint())
    burglar = Burglar(centre.client.service_client.config.target_host, centre.vault, handle.id)
    forge, why = ATTACKS[how]
    said = comment(TAXMAN if how == "another agency" else SUPERVISOR).model_copy(update={"language": Language.ENGLISH})
    token = forge(keys, said, handle.id)

    assert why in await burglar.update(said, token)
    await burglar.signal(said, token)

    told = await centre.noted(handle, "message_unproved")
    assert told.actor == SYSTEM
    assert (told.facts["name"], told.facts["claimed"]) == ("comment", said.actor.cast)
    assert told.facts["problems"]
    assert "commented" not in [event.kind for event in (await centre.timeline(handle)).events]
    await handle.terminate()


async def test_a_captured_token_carries_its_own_message_once_and_no_other(centre: Office, keys: Keys) -> None:
    handle = await centre.start(builders.complaint())
    burglar = Burglar(centre.client.service_client.config.target_host, centre.vault, handle.id)
    said = comment()
    token = minted(keys, said, handle.id)
    await burglar.signal(said, token)
    await centre.noted(handle, "commented")

    await burglar.signal(said, token)
    await burglar.update(said.model_copy(update={"message_id": "another"}), token)
    await centre.update(handle, comment())

    assert [event.kind for event in (await centre.timeline(handle)).events].count("commented") == 2
    await handle.terminate()


async def test_nobody_uses_up_the_message_id_of_another(centre: Office) -> None:
    handle = await centre.start(builders.complaint())
    theirs = m.Comment(message_id="link-x", actor=builders.party("c1", Role.CLAIMANT), text="占用")
    link = m.LinkComplaint(message_id="link-x", actor=SYSTEM, complaint_id="x", channel="hotline", case="dispute-x")
    await centre.update(handle, theirs)

    assert not (await centre.update(handle, link)).duplicate
    assert (await centre.update(handle, link)).duplicate

    assert (await centre.view(handle)).linked == ("x",)
    await handle.terminate()


@pytest.mark.parametrize("name", ["case_view", "receipt", "timeline", "open_tasks", "explain_triage"])
async def test_nobody_reads_a_case_unproved(centre: Office, keys: Keys, name: str) -> None:
    handle = await centre.start(builders.complaint())
    burglar = Burglar(centre.client.service_client.config.target_host, centre.vault, handle.id)
    other = mint(keys, SUPERVISOR, Use.READING, "dispute-other", datetime.now(UTC))

    for token in (None, other, minted(keys, comment(), handle.id)):
        with pytest.raises(WorkflowQueryFailedError):
            await burglar.query(name, token)

    assert await burglar.query(name, mint(keys, SUPERVISOR, Use.READING, handle.id, datetime.now(UTC)))
    await handle.terminate()


async def test_a_party_reads_its_own_case_only(centre: Office, keys: Keys) -> None:
    handle = await centre.start(builders.complaint())
    burglar = Burglar(centre.client.service_client.config.target_host, centre.vault, handle.id)
    claimant, at = builders.party("c1", Role.CLAIMANT), datetime.now(UTC)

    assert await burglar.query("case_view", mint(keys, claimant, Use.READING, handle.id, at))
    for token in (
        mint(keys, claimant, Use.READING, "*", at),
        mint(keys, claimant, Use.READING, "dispute-other", at),
    ):
        with pytest.raises(WorkflowQueryFailedError):
            await burglar.query("case_view", token)
    with pytest.raises(WorkflowQueryFailedError):
        await burglar.query("timeline", mint(keys, claimant, Use.READING, handle.id, at))
    await handle.terminate()


async def test_whoever_starts_a_case_cannot_hand_it_a_state(centre: Office) -> None:
    """Neither outright nor through the later runs of a cron schedule, which look like going on."""
    stranger = await Client.connect(centre.client.service_client.config.target_host)
    forged = CaseState(case="dispute-x", drill=True, phase_since=datetime.now(UTC), outcome=Outcome.PERFORMED)
    for schedule in ("", "@every 1s"):
        handle = await stranger.start_workflow(
            "DisputeWorkflow",
            {"drill": True, "state": forged.model_dump(mode="json")},
            id=f"dispute-{uuid.uuid4().hex}",
            task_queue="centre",
            cron_schedule=schedule,
        )
        view = await centre.view(centre.client.get_workflow_handle(handle.id))
        assert (view.drill, view.phase, view.outcome) == (False, Phase.INTAKE, None)
        await handle.terminate()


async def test_an_outsider_cannot_speak_for_the_system(centre: Office, keys: Keys) -> None:
    """The key that vouches for people vouches for nobody else."""
    handle = await centre.start(builders.complaint())
    burglar = Burglar(centre.client.service_client.config.target_host, centre.vault, handle.id)
    link = m.LinkComplaint(message_id="link-x", actor=SYSTEM, complaint_id="x", channel="hotline", case="dispute-x")
    kid, key = keys.signer(Role.SUPERVISOR, datetime.now(UTC))
    claims = claims_of(minted(keys, link, handle.id))
    token = jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": kid})

    await burglar.update(link, token)

    assert (await centre.view(handle)).linked == ()
    await handle.terminate()


async def test_a_claimant_answers_for_nobody_else(centre: Office) -> None:
    handle = await centre.start(builders.complaint(claimants=3))
    for actor, claimant in ((builders.party("c3", Role.CLAIMANT), "c1"), (builders.party("c9", Role.CLAIMANT), "c9")):
        withdraw = m.Withdraw(message_id=f"w-{claimant}", actor=actor, claimant=claimant, reason="代为撤回")
        with pytest.raises(WorkflowUpdateFailedError):
            await centre.update(handle, withdraw)
    with pytest.raises(WorkflowUpdateFailedError):
        await centre.update(handle, comment(builders.party("e1", Role.CLAIMANT)))

    assert not any(claimant.withdrawn for claimant in (await centre.view(handle)).claimants)
    await handle.terminate()


def test_a_signal_may_wait_for_days_and_an_update_for_minutes(keys: Keys) -> None:
    """The server keeps signals for a worker that is away; both act once, whenever they come."""
    said, now = comment(), datetime.now(UTC)
    for queued, lives in ((True, timedelta(days=7)), (False, timedelta(minutes=5))):
        sent = sent_by(said, "dispute-x").model_copy(update={"queued": queued})
        token = mint(keys, SUPERVISOR, Use.MESSAGE, "dispute-x", now, sent)
        assert judge(keys.public, token, sent, now + lives).actor == SUPERVISOR
        too_late = judge(keys.public, token, sent, now + lives + timedelta(minutes=1))
        assert [problem.code for problem in too_late.problems] == ["refusals.identity.expired"]
