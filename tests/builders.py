"""Valid things in one line, so that a test shows only what matters to it."""

import os
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from stdnum.iso7064 import mod_11_2

from domain.inquiry.findings import (
    Contribution,
    EmployerState,
    Employment,
    LaborFinding,
    MedicalInsuranceFinding,
    TaxFinding,
)
from domain.intake.complaint import Claimant, ClaimItem, Complaint, Respondent
from domain.ledger import Actor
from domain.settlement.instalments import Instalment
from domain.words import Agency, ClaimKind, InsuranceKind, OperatingState, Role

_numbers = count(1)
TODAY = date.fromisoformat(os.environ.get("ONESTOP_TESTS_ON", "2026-11-04"))
"""The day on which the tests put the clocks of their cases, whatever day it really is."""


def identity_number(serial: int) -> str:
    """A fictional identity number with a right checksum (area 990000 does not exist)."""
    body = f"990000{1980 + serial % 20:04d}0{1 + serial % 9}15{serial % 1000:03d}"
    return body + mod_11_2.calc_check_digit(body)


def claimant(serial: int = 1, **changes: Any) -> Claimant:
    """A claimant c<serial>."""
    return Claimant(
        **{"ref": f"c{serial}", "name": f"虚构者{serial}", "identity_number": identity_number(serial)} | changes
    )


def employer(ref: str = "e1", **changes: Any) -> Respondent:
    """An employer."""
    return Respondent(**{"ref": ref, "name": f"虚构公司{ref}"} | changes)


def arrears_item(ref: str = "i1", **changes: Any) -> ClaimItem:
    """Three months of missing pension premiums."""
    return ClaimItem(
        **{
            "ref": ref,
            "kind": ClaimKind.ARREARS,
            "respondent": "e1",
            "insurance": (InsuranceKind.PENSION,),
            "first_month": "2024-01",
            "last_month": "2024-03",
        }
        | changes
    )


def complaint(claimants: int = 1, **changes: Any) -> Complaint:
    """A complaint of some claimants about three months of one employer, never filed before."""
    serial = next(_numbers)
    return Complaint(
        **{
            "complaint_id": f"t-{serial}",
            "channel": "counter",
            "claimants": tuple(claimant(n) for n in range(1, claimants + 1)),
            "respondents": (employer(name=f"虚构公司{serial}"),),
            "items": (arrears_item(),),
        }
        | changes
    )


def officer(agency: Agency, name: str = "o1") -> Actor:
    """An officer of an agency."""
    return Actor(id=name, role=Role.OFFICER, agency=agency)


INTAKE = Actor(id="window-1", role=Role.INTAKE)
SUPERVISOR = Actor(id="sup-1", role=Role.SUPERVISOR)


def mediator(name: str) -> Actor:
    """A mediator."""
    return Actor(id=name, role=Role.MEDIATOR)


def party(ref: str, role: Role) -> Actor:
    """A claimant or a respondent who acts for themselves."""
    return Actor(id=ref, role=role)


def labor_finding(claimants: int = 1, wage: str = "5000.00") -> LaborFinding:
    """Everybody was employed from 2024-01 to 2024-03."""
    return LaborFinding(
        employments=tuple(
            Employment(
                claimant=f"c{n}",
                employer="e1",
                first_month="2024-01",
                last_month="2024-03",
                monthly_wage=Decimal(wage),
            )
            for n in range(1, claimants + 1)
        )
    )


def medical_finding() -> MedicalInsuranceFinding:
    """Nobody was booked as insured."""
    return MedicalInsuranceFinding()


def tax_finding(*paid: Contribution, state: OperatingState = OperatingState.NORMAL) -> TaxFinding:
    """The employer is in a state, and has paid what is given."""
    return TaxFinding(contributions=paid, employers=(EmployerState(employer="e1", state=state),))


def instalment(ref: str, due: Any, **part_a: Decimal) -> Instalment:
    """An instalment of part A."""
    return Instalment(ref=ref, due=due, part_a=part_a)
