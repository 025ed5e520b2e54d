"""What may be said about papers."""

from domain.base import Ref
from domain.message import Message
from domain.papers.kinds import PaperKind


class IssuePaper(Message):
    """Have a paper numbered, drawn up from the case as it stands, and kept: its digest goes on the ledger."""

    name = "issue_paper"
    kind: PaperKind
    about: Ref | None = None
    """The agency, the party or the referral's target that the paper goes to, for those kinds that go to one."""
