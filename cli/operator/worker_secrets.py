"""What each worker process is given: its own keys, its own database login, and nothing of the others'."""

from casebook import logins, records
from domain.words import CENTRE_QUEUE, Agency
from runtime import connect, rings
from runtime.addresses import Addresses
from runtime.rings import HOLDERS, KeyRing
from runtime.settings import Settings
from runtime.vault import Vault


async def hand_out(settings: Settings, embedded: Addresses) -> dict[str, dict[str, str]]:
    """The environment of each role's worker, by role.

    Every role has a database login of its own. Of the embedded PostgreSQL the centre's is everybody's from here on who
    looks in ``servers.json``. Raises MayNot where whoever ``DATABASE_URL`` names may not make logins.
    """
    rings.hand_out(settings.data)
    async with connect.database(settings, size=1) as pool:
        await records.seal_plain(pool, Vault.of(settings))
    given = {holder: _place(holder, settings) for holder in HOLDERS}
    if embedded.temporal:
        for agency in Agency:
            given[agency]["TEMPORAL_ADDRESS"] = embedded.temporal
    addresses = await logins.give_out(connect.dsn(settings), settings.data)
    if embedded.database:
        embedded.database = addresses[CENTRE_QUEUE]
        embedded.write(settings)
    else:
        given[CENTRE_QUEUE]["DATABASE_URL"] = addresses[CENTRE_QUEUE]
    for agency in Agency:
        given[agency]["DATABASE_URL"] = addresses[agency]
    return given


def _place(holder: str, settings: Settings) -> dict[str, str]:
    """The holder's folder; and its part of the ring, where the ring came from a secret store."""
    if holder == CENTRE_QUEUE:
        return {"ONESTOP_DATA": str(settings.data)}
    folder = {"ONESTOP_DATA": str(rings.home(settings.data, Agency(holder)))}
    if settings.keys is None:
        return folder
    ring = KeyRing.model_validate_json(settings.keys.get_secret_value())
    return folder | {"ONESTOP_KEYS": ring.agencies.get(Agency(holder), ring).model_dump_json()}
