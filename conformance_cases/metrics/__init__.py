"""Metrics: the value after each of several updates."""
