"""Layers and trainings under a mixed-precision policy, each side against its own float64."""
