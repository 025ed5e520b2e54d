"""Commands of the supervisor: the ledger, what goes on after closure, early warnings."""
