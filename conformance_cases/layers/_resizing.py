"""Interpolation as a product with weights."""

import numpy as np


def weights(n: int, m: int, interpolation: str, antialias: bool = False, table: int = 0) -> np.ndarray:
    """Weights (m, n) that make m places of n: of the distance from the centre of each, without what lies beyond the edge.

    'bicubic' is Keys' kernel of -1/2. ``antialias`` widens the kernel where places become fewer. ``table`` rounds the
    distances to so many parts of a place.
    """
    centers = (np.arange(m)[:, None] + 0.5) * (n / m) - 0.5
    if interpolation == "nearest":
        taken: np.ndarray = (np.arange(n) == np.floor(centers + 0.5)).astype(float)
        return taken
    if table:
        centers = np.floor(centers) + np.rint((centers - np.floor(centers)) * table) / table
    d = np.abs(centers - np.arange(n)) / (max(n / m, 1.0) if antialias else 1.0)
    if interpolation == "bilinear":
        found = np.maximum(1 - d, 0.0)
    else:
        near, far = (1.5 * d - 2.5) * d * d + 1, ((2.5 - 0.5 * d) * d - 4) * d + 2
        found = np.where(d < 1, near, np.where(d < 2, far, 0.0))
    made: np.ndarray = found / found.sum(1, keepdims=True)
    return made
