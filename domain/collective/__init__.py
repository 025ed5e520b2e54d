"""Cases of many workers (集体争议)."""
