"""What each message does to a case. Importing this package fills the protocol's table."""

from domain.effects import bargaining, clocks, direction, filing, hands, inquiries, papers, payments, reading

__all__ = ["bargaining", "clocks", "direction", "filing", "hands", "inquiries", "papers", "payments", "reading"]
