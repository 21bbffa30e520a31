"""Training: ``compile`` and ``fit`` against the explicit loop."""
