"""Random numbers: equal in distribution."""
