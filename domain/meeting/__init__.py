"""The joint meeting: its agenda, its sitting, decisions that reach the cases, orders that are followed until done."""
