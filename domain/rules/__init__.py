"""Rule tables: conditions over facts, and parameters by place and period. The tables stand in ``tables/``."""
