"""Activation functions: values and slopes."""
