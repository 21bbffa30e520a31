"""Constraints: projections of weights."""
