"""Keyed digests by which people and employers are found: what they are called lies sealed."""

from domain.identifiers import same_name, typed
from domain.intake.complaint import Respondent
from runtime.vault import Vault


def employer_digest(vault: Vault, employer: Respondent) -> str:
    """The key by which an employer is found: its credit code, or else its name."""
    return vault.digest(f"employer:{employer.credit_code or same_name(employer.name)}")


def digests_of_employer(vault: Vault, text: str) -> list[str]:
    """The keys that an employer may have who is looked for by a credit code or a name."""
    return [vault.digest(f"employer:{key}") for key in (typed(text), same_name(text))]


def identity_digest(vault: Vault, identity_number: str) -> str:
    """The key by which a person is found."""
    return vault.digest(f"identity:{identity_number}")
