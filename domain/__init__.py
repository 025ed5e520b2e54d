"""What is true: the words, models and rules of the field, as pure functions over data tables.

Imports nothing else of this project, does no I/O beyond reading the rule tables in ``domain/tables``,
and knows neither Temporal nor PostgreSQL.
"""
