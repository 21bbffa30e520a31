"""Regularizers: penalties on weights."""
