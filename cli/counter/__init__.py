"""Commands of the counter: complaints, claimants, evidence, mediation at a grid post, reopening."""
