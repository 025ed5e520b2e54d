"""How the installation stands, for whoever runs it."""

from datetime import UTC, datetime

from starlette.responses import Response

from client.operations import operations
from console import reading
from console.look import Look


async def operations_page(look: Look) -> Response:
    """What answers, which builds work, what is stuck or due, and how old keys and backup are."""
    reading.must_lead(look.visitor)
    door = look.door
    stands = await operations(door.client, door.pool, door.vault, door.settings, datetime.now(UTC))
    return look.page("operations.html", stands=stands)
