"""Layers: outputs, gradients and states."""
