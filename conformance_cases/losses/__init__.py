"""Losses: every reduction, with and without sample weights and a mask."""
