"""Closure (结案): how a case ends, what it leaves to do, and how it is reopened."""
