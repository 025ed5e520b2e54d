"""Arrears to the fen: for each claimant, employer, kind, month and payer, with late fees, payments and deferrals."""
