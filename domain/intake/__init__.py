"""Intake (受理): the complaint, its claim items, who joins, what keeps it from being taken."""
