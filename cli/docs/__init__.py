"""Pages that are made from the code itself, so that they can't drift."""
