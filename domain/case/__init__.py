"""The case: its state, what may be said to it and by whom, what it asks the centre and tells the casebook."""
