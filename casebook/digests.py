"""Keyed digests by which people and employers are found: what they are called lies sealed."""

from collections.abc import Iterable
from itertools import pairwise

from domain.identifiers import same_name, typed
from domain.intake.complaint import Respondent
from runtime.vault import Vault


def employer_digest(vault: Vault, employer: Respondent) -> str:
    """The key under which an employer is counted: its credit code, or else its name."""
    return vault.digest(f"employer:{employer.credit_code or same_name(employer.name)}")


def code_digest(vault: Vault, employer: Respondent) -> str | None:
    """The key of its credit code; None where none is known."""
    return vault.digest(f"employer:{employer.credit_code}") if employer.credit_code else None


def employer_keys(vault: Vault, employers: Iterable[Respondent]) -> list[str]:
    """Every key by which employers are known: credit codes, names, former names."""
    known = {name for one in employers for name in (*one.names, one.credit_code) if name}
    return [vault.digest(f"employer:{name}") for name in sorted(known)]


def search_keys(vault: Vault, employer: Respondent) -> list[str]:
    """The same, and those of every two characters that follow each other in a name: by these a part of it is found."""
    return [*employer_keys(vault, [employer]), *(vault.digest(f"part:{part}") for part in _parts(*employer.names))]


def keys_of_text(vault: Vault, text: str) -> tuple[list[str], list[str]]:
    """How an employer is looked for: keys of which one is enough, and keys of the parts, which it must all have."""
    exact = [vault.digest(f"employer:{key}") for key in dict.fromkeys((typed(text), same_name(text)))]
    return exact, [vault.digest(f"part:{part}") for part in _parts(same_name(text))]


def _parts(*names: str) -> list[str]:
    return sorted({first + second for name in names for first, second in pairwise(name)})


def identity_digest(vault: Vault, identity_number: str) -> str:
    """The key by which a person is found."""
    return vault.digest(f"identity:{identity_number}")
