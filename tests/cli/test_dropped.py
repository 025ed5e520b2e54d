"""A closed case that Temporal has dropped reads as it did before."""

import contextlib

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.service import RPCError

from tests.cli.conftest import Centre, Onestop
from tests.cli.following import patiently
from tests.cli.test_at_the_centre import filed, investigate, until
from tests.patience import seen

READ = (
    ("show",),
    ("show", "--json"),
    ("why",),
    ("timeline",),
    ("ends", "--json"),
    ("deadlines", "--json"),
    ("ledger", "verify"),
)


async def test_a_case_that_temporal_has_dropped_is_answered_alike_from_the_casebook(
    at_centre: Onestop, centre: Centre
) -> None:
    case = await filed(at_centre)
    await investigate(at_centre, case)
    await until(at_centre, case, "mediation")
    assert (await at_centre("give-up", case, "--reason", "双方不同意")).code == 0
    view = await until(at_centre, case, "closed")
    client = centre.world.client
    handle = client.get_workflow_handle(view["case"])
    await handle.result()

    assert (await patiently(at_centre, "after", case)).code == 0
    await seen(lambda: at_centre("referrals", "--json"), lambda ran: ran.json)

    def asked(words: tuple[str, ...]) -> tuple[str, ...]:
        head = 2 if words[0] == "ledger" else 1
        return (*words[:head], case, *words[head:])

    before = {words: await at_centre(*asked(words)) for words in READ}
    assert all(ran.code == 0 for ran in before.values()), before
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=client.namespace, workflow_execution=WorkflowExecution(workflow_id=handle.id)
        )
    )

    async def gone() -> bool:
        with contextlib.suppress(RPCError):
            await handle.describe()
            return False
        return True

    await seen(gone)

    after = {words: await at_centre(*asked(words)) for words in READ}
    for words in READ:
        assert lines(after[words].out) == lines(before[words].out), words


def lines(out: str) -> list[str]:
    """What was told, but for the instant at which a view was made."""
    return [line for line in out.splitlines() if '"now":' not in line]
