"""Signing a settlement, for oneself or for others, and the centre's seal."""

from collections.abc import Mapping
from datetime import date, datetime

from domain.case.protocol import accepts
from domain.case.state import CaseState
from domain.dialogue import Checked
from domain.procedure.collective.effects import disposing
from domain.procedure.settlement.signing import (
    FORMED_BY_PERFORMANCE,
    fall_out,
    open_signing,
    paid_in_full,
    parties,
    take_effect_if_complete,
    unsigned,
)
from domain.refusal import PARTIES, must
from domain.settlement.signature import (
    RefuseToSign,
    Seal,
    SealAgreement,
    Sign,
    Signature,
    SignFor,
    Signing,
    SigningMandate,
    SigningWay,
)
from domain.words import Phase, Role

PERFORMING = {Phase.PERFORMANCE}


def _signing(
    case: CaseState, message: Sign | SignFor | SealAgreement | RefuseToSign, now: datetime
) -> tuple[Signing, date]:
    """The signing that runs, and the day of the signature."""
    signing, settlement, actor = open_signing(case), case.settlement, message.actor
    must(signing is not None, "signing.not_open", "name", state=case.signing.state if case.signing else "-")
    assert signing is not None and settlement is not None
    if actor.role is Role.MEDIATOR:
        must(actor.id == case.mediator, "mediation.not_your_case", "actor.id", mediator=case.mediator)
    on = (None if isinstance(message, RefuseToSign) else message.signed_on) or case.day(now)
    must(on <= case.day(now), "date.in_future", "signed_on")
    must(on >= settlement.agreed_on, "signing.before_agreement", "signed_on", day=settlement.agreed_on)
    return signing, on


def _each_may_sign(case: CaseState, signing: Signing, message: Sign | SignFor) -> None:
    may = set(parties(case))
    for party in message.parties:
        must(party in may, "proposal.not_party", "parties", party=party)
        must(party not in signing.signed, "signing.signed", "parties", party=party)
    recorded = message.how is SigningWay.ELECTRONIC or message.actor.role is Role.MEDIATOR
    must(recorded, "signing.mediator_records", "how", how=message.how)


def _by_mandate(mandate: SigningMandate, on: date) -> None:
    must(mandate.scope != "general-mandate", "signing.mandate_scope", "mandate.scope", article="民事诉讼法 Art.62")
    lasts = mandate.expires_on is None or on <= mandate.expires_on
    must(lasts, "signing.mandate_expired", "mandate.expires_on", day=mandate.expires_on)


def _of_one_side(case: CaseState, signing: Signing, party: str, mandate: SigningMandate) -> None:
    """Nobody speaks for both sides unless both consent (民法典 Art.168)."""
    if mandate.both_sides is not None:
        return
    worker, speaker = party in case.claimants, mandate.representative
    must(speaker not in (case.respondents if worker else case.claimants), "signing.both_sides", "mandate", who=speaker)
    for other in signing.signatures:
        acted = other.mandate is not None and (
            speaker == other.mandate.representative or mandate.evidence == other.mandate.evidence
        )
        opposed = any((one in case.claimants) != worker for one in other.parties)
        must(not (acted and opposed), "signing.both_sides", "mandate", who=speaker)


@accepts(Sign, roles=PARTIES | {Role.MEDIATOR}, phases=PERFORMING, own={"parties"})
def sign(case: CaseState, message: Sign, now: datetime) -> Checked:
    signing, on = _signing(case, message, now)
    _each_may_sign(case, signing, message)
    if message.mandate is not None:
        must(len(message.parties) == 1, "signing.mandate_of_one", "parties")
        _by_mandate(message.mandate, on)
        _of_one_side(case, signing, message.parties[0], message.mandate)
    yield
    _keep(case, signing, message, on, now, mandate=message.mandate)


@accepts(SignFor, roles={Role.CLAIMANT}, phases=PERFORMING)
def sign_for(case: CaseState, message: SignFor, now: datetime) -> Checked:
    signing, on = _signing(case, message, now)
    _each_may_sign(case, signing, message)
    speaker = message.actor.id
    for party in message.parties:
        mandate = case.mandates.get(case.represented.get(party, ""))
        speaks = mandate is not None and speaker in mandate.representatives and speaker in case.claimants
        must(speaks, "representatives.not_yours", "parties", party=party)
    assert case.mediation is not None and case.settlement is not None
    proposal = case.mediation.proposals[case.settlement.proposal]
    needing = disposing(case, proposal, message.parties) - message.consents.keys() - {speaker}
    refs = ", ".join(sorted(needing)[:20])
    must(not needing, "representatives.own_consent", "consents", workers=len(needing), refs=refs)
    yield
    _keep(case, signing, message, on, now, consents=message.consents)


def _keep(
    case: CaseState,
    signing: Signing,
    message: Sign | SignFor,
    on: date,
    now: datetime,
    mandate: SigningMandate | None = None,
    consents: Mapping[str, str] | None = None,
) -> None:
    signature = Signature(
        parties=message.parties,
        how=message.how,
        signed_on=on,
        at=now,
        by=message.actor,
        evidence=message.evidence,
        sha256=message.sha256,
        mandate=mandate,
        consents=dict(consents or {}),
    )
    signing.signed.update(dict.fromkeys(message.parties, len(signing.signatures)))
    signing.signatures.append(signature)
    case.note(
        "agreement_signed",
        now,
        message.actor,
        message.message_id,
        parties=list(message.parties),
        how=message.how,
        signed_on=on.isoformat(),
        evidence=message.evidence,
        sha256=message.sha256,
        representative=mandate.representative if mandate else None,
        scope=mandate.scope if mandate else None,
        mandate=mandate.evidence if mandate else None,
        expires_on=mandate.expires_on.isoformat() if mandate and mandate.expires_on else None,
        consents=dict(signature.consents),
    )
    take_effect_if_complete(case, now)


@accepts(RefuseToSign, roles=PARTIES | {Role.MEDIATOR}, phases=PERFORMING, own={"parties"})
def refuse_to_sign(case: CaseState, message: RefuseToSign, now: datetime) -> Checked:
    signing, _ = _signing(case, message, now)
    may, settled = set(parties(case)), set(paid_in_full(case))
    for party in message.parties:
        must(party in may, "proposal.not_party", "parties", party=party)
        must(party not in signing.signed, "signing.signed", "parties", party=party)
        must(party not in settled, "signing.performed", "parties", party=party, article=FORMED_BY_PERFORMANCE)
    yield
    case.note(
        "signing_refused", now, message.actor, message.message_id, parties=list(message.parties), reason=message.reason
    )
    fall_out(case, message.parties, now)


@accepts(SealAgreement, roles={Role.MEDIATOR, Role.SUPERVISOR}, phases=PERFORMING)
def seal_agreement(case: CaseState, message: SealAgreement, now: datetime) -> Checked:
    signing, on = _signing(case, message, now)
    must(signing.seal is None, "signing.sealed", "name", seal=signing.seal.seal if signing.seal else "-")
    settlement = case.settlement
    assert settlement is not None
    made = settlement.payer in signing.signed and bool(signing.signed.keys() & set(settlement.claimants))
    must(made, "signing.seal_too_early", "name", parties=", ".join(unsigned(case)[:20]))
    yield
    signing.seal = Seal(seal=message.seal, signed_on=on, by=message.actor)
    by = message.actor, message.message_id
    case.note("agreement_sealed", now, *by, seal=message.seal, signed_on=on.isoformat(), mediator=case.mediator)
    take_effect_if_complete(case, now)
