"""The field's vocabulary as enumerations. The glossary (docs/glossary.md) gives the Chinese of each."""

from enum import StrEnum


class Language(StrEnum):
    """A language that users read."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


class Agency(StrEnum):
    """An agency that takes part; the value is also the name of its Temporal task queue."""

    LABOR = "labor"
    MEDICAL_INSURANCE = "medical-insurance"
    TAX = "tax"
    UNION = "union"


CENTRE_QUEUE = "centre"
"""Task queue of the joint mediation centre itself: workflows and the centre's services."""


class Role(StrEnum):
    """In what capacity somebody acts on a case."""

    INTAKE = "intake"
    OFFICER = "officer"
    MEDIATOR = "mediator"
    CLAIMANT = "claimant"
    RESPONDENT = "respondent"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


class InsuranceKind(StrEnum):
    """A social insurance. Maternity has been merged into medical since 2019-2020, and stands alone before."""

    PENSION = "pension"
    MEDICAL = "medical"
    UNEMPLOYMENT = "unemployment"
    INJURY = "injury"
    MATERNITY = "maternity"


class Payer(StrEnum):
    """Whose share of a premium an amount is. The employee's share is withheld by the employer."""

    EMPLOYER = "employer"
    EMPLOYEE = "employee"


class Nature(StrEnum):
    """The cut that everything hangs on (docs/law.md): A may only be scheduled, B may be bargained."""

    PUBLIC_LAW = "A"
    PRIVATE_LAW = "B"


class ClaimKind(StrEnum):
    """What a claim item asks for."""

    LABOR_RELATIONSHIP = "labor-relationship"
    YEARS_OF_SERVICE = "years-of-service"
    REGISTRATION = "registration"
    CONTRIBUTION_BASE = "contribution-base"
    ARREARS = "arrears"
    WAGES = "wages"
    SEVERANCE = "severance"
    COMPENSATION = "compensation"
    MEDICAL_REIMBURSEMENT = "medical-reimbursement"
    SET_OFF = "set-off"
    """The employer's own: what it paid in place of premiums that are owed all the same."""


class RespondentKind(StrEnum):
    """Why somebody answers for the claim: as employer, or liable in the employer's stead."""

    EMPLOYER = "employer"
    DISPATCH_AGENCY = "dispatch-agency"
    """Employs workers whom it sends to a user unit (劳动合同法 Art.58)."""
    USER_UNIT = "user-unit"
    """Where a dispatch agency's workers work; a party beside it (调解仲裁法 Art.22)."""
    SHAREHOLDER = "shareholder"
    LIQUIDATOR = "liquidator"


class Trade(StrEnum):
    """In what an employer deals: the sections of the national classification (GB/T 4754-2017)."""

    AGRICULTURE = "agriculture"
    MINING = "mining"
    MANUFACTURING = "manufacturing"
    ENERGY = "energy-and-water"
    CONSTRUCTION = "construction"
    WHOLESALE = "wholesale-and-retail"
    TRANSPORT = "transport-and-storage"
    CATERING = "hotels-and-catering"
    INFORMATION = "information-services"
    FINANCE = "finance"
    REAL_ESTATE = "real-estate"
    BUSINESS = "leasing-and-business"
    RESEARCH = "research-and-technical"
    PUBLIC_FACILITIES = "public-facilities"
    RESIDENTS = "resident-services"
    EDUCATION = "education"
    HEALTH = "health-and-social-work"
    CULTURE = "culture-and-sports"
    ADMINISTRATION = "public-administration"
    INTERNATIONAL = "international-organisations"


EMPLOYING = frozenset({RespondentKind.EMPLOYER, RespondentKind.DISPATCH_AGENCY})
"""Who employs, and so owes premiums; the others are liable beside them."""


class Relation(StrEnum):
    """What relation work makes, as the labour bureau found it: threefold since platforms give out work."""

    FULL = "full-relation"
    INCOMPLETE = "incomplete-relation"
    CIVIL = "civil-relation"


class OperatingState(StrEnum):
    """The tax register's view of an employer."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    DEREGISTERED = "deregistered"
    REVOKED = "revoked"
    INSOLVENT = "insolvent"


class CaseClass(StrEnum):
    """The centre's four classes of dispute, each with a mediation group of its own."""

    GENERAL = "general"
    POLICY = "policy"
    COMPLEX = "complex"
    SPECIAL = "special"


class Lane(StrEnum):
    """How fast a case travels."""

    FAST = "fast"
    STANDARD = "standard"
    SLOW = "slow"


class Room(StrEnum):
    """Where a mediation session is held."""

    ORDINARY = "ordinary"
    MODEL_WORKER = "model-worker"
    LEGAL_AID = "legal-aid"
    """With whoever gives the claimant legal aid (工会法律援助)."""
    ONLINE = "online"


class PostKind(StrEnum):
    """Where a post of the grassroots grid stands."""

    PARK = "park"
    ENTERPRISE = "enterprise"
    VILLAGE = "village"


class GridOutcome(StrEnum):
    """How a mediation at a grid post ended."""

    SETTLED = "settled-on-the-spot"
    FORWARDED = "forwarded"
    REPORTED = "reported"
    """Nobody had complained under the early warning: the supervisor has it."""


class Phase(StrEnum):
    """Where a case stands in its life, in order."""

    INTAKE = "intake"
    TRIAGE = "triage"
    FACT_FINDING = "fact-finding"
    PROGNOSIS = "prognosis"
    MEDIATION = "mediation"
    PERFORMANCE = "performance"
    CLOSURE = "closure"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a case ended."""

    PERFORMED = "performed"
    PARTLY_PERFORMED = "partly-performed"
    BREACHED = "breached"
    FAILED = "failed"
    NOT_ACCEPTED = "not-accepted"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    REFERRED = "referred"


class Extent(StrEnum):
    """How far a settlement goes: everybody and every item, or some of them."""

    FULL = "full-settlement"
    PARTIAL = "partial-settlement"


class ReferralTarget(StrEnum):
    """Where a claim item goes when the centre cannot settle it."""

    ARBITRATION = "arbitration"
    LABOUR_INSPECTION = "labour-inspection"
    ENFORCEMENT = "compulsory-enforcement"
    RECONSIDERATION = "reconsideration"
    COURT = "court"
    OTHER_CENTRE = "other-centre"
    INSOLVENCY_ADMINISTRATOR = "insolvency-administrator"
