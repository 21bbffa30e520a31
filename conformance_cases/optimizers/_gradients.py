"""Gradients for optimizers that square them."""

from typing import Any

import numpy as np


def gradients_away_from_zero(case: Any, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Not near 0, where (1 - beta) * g**2 is below the normal numbers of float16."""

    def away(shape: Any) -> Any:
        return rng.uniform(0.5, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)

    return [{"matrix": away((6, 4)), "vector": away(12)} for _ in range(case.steps)]
