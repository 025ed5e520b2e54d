"""Figures of the centre: what each is, and how it is drawn from ledgers. No person stands in any of them."""
