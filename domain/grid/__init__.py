"""Grid posts (网格): mediation on the spot, and early warnings."""
