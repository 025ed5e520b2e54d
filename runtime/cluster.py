"""What a Temporal cluster must know of us before anything can be filed."""

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from runtime import search_attributes


async def unregistered(client: Client) -> list[str]:
    """The search attributes that the namespace lacks, with their types. Raises RPCError where nobody may ask."""
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return [
        f"{key.name} ({key.indexed_value_type.name.title()})"
        for key in search_attributes.ALL
        if key.name not in known.custom_attributes
    ]
