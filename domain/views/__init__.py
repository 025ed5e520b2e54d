"""What people see of a case: the view, cut to its reader, by the page, and as rows that are searched."""
