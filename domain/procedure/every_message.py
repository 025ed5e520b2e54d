"""What each message does to a case. Importing this module fills the protocol's table with every effect."""

from importlib import import_module

MODULES = tuple(
    import_module(f"domain.procedure.{module}")
    for module in (
        "closure.effects",
        "closure.reopening",
        "collective.effects",
        "collective.parting",
        "collective.succession",
        "deadlines.effects",
        "direction.effects",
        "grid.effects",
        "inquiry.delegation",
        "inquiry.effects",
        "intake.effects",
        "mediation.countering",
        "mediation.effects",
        "mediation.session_effects",
        "notices.effects",
        "papers.effects",
        "personal_data.correcting",
        "personal_data.reading",
        "settlement.confirmation_effects",
        "settlement.payment_effects",
        "settlement.rescheduling",
        "settlement.signature_effects",
    )
)
