"""Triage (分类): class and lane by a rule table, relations of work, the roster of mediators."""
