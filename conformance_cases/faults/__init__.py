"""Injected faults, by family: each breaks one framework in one way, and one named case must notice."""
