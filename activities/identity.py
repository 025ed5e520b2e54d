"""The public keys by which a case proves its signals: history keeps the set, and replay comes to the same verdicts."""

from temporalio import activity

from domain.case.identity import KeySet
from runtime.signing_keys import KeySetFile


class IdentityService:
    """The centre's porter."""

    def __init__(self, keys: KeySetFile) -> None:
        self._keys = keys

    @activity.defn(name="identity.keys")
    async def keys(self) -> KeySet:
        """The public keys that are valid, or were. Raises KeySetUnreadable while nobody can tell."""
        return self._keys.latest
