"""The casebook (卷宗): the PostgreSQL record of all cases. A projection: Temporal holds the truth."""
