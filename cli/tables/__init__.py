"""Commands about rules and tables, without a case."""
