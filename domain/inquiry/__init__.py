"""Inquiry (调查核实): the task of an agency, what it finds, its records, its officers, what it may be told."""
