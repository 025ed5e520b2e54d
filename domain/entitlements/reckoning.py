"""Every claim that can be reckoned, by what it asks for."""

from domain.entitlements.model import DoubleWageFacts, Entitlement, Facts, WagesFacts
from domain.entitlements.severance import severance
from domain.entitlements.wages import double_wage, unpaid_wages
from domain.rules.parameters import Parameters


def reckoned(facts: Facts, parameters: Parameters, place: str) -> Entitlement:
    """What the facts come to in a place. Raises MissingParameter."""
    if isinstance(facts, WagesFacts):
        return unpaid_wages(facts)
    if isinstance(facts, DoubleWageFacts):
        return double_wage(facts)
    return severance(facts, parameters, place)
