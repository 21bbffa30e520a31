"""Initializers: equal in distribution."""
