"""Days: the calendar, the table of terms, a deadline that explains itself."""
