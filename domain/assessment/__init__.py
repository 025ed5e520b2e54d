"""Assessment (研判): findings side by side, contradictions, months owed, limitation, insolvency, prognosis."""
