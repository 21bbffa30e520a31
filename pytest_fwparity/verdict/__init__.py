"""How agreement is decided: NumPy only; knows nothing of sides, workers or pytest."""
