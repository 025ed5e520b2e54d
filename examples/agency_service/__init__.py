"""A records service as an agency may run it: the reference for docs/connector.md."""
