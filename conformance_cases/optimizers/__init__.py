"""Optimizers: parameters and slots after every step."""
