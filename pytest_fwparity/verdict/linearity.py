"""Is a movement that of a smooth function? Where it is not, a rounding takes another branch and explains nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pytest_fwparity.verdict.comparison import QUIET
from pytest_fwparity.verdict.measured import root_mean_square

#: how much smaller the moves of the second measurement are
FINER = 256
#: most that a smooth result's movement may depart from its linear part, as a whole and in one element
RATIO, ELEMENT = 2.0, 4.0
#: share of elements at a kink beyond which the rest says too little
MOST = 0.1


@QUIET
def kinks(coarse: Mapping[str, np.ndarray], fine: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Results that a kink moves, each with the mask of its elements that it moves.

    ``coarse`` is the movement under relative moves of delta, ``fine`` under delta / 256; of a smooth function they are in
    that ratio. A result whose root mean square movement departs from it by more than 2 is not smooth at delta; its
    elements that depart by more than 4 are not judged.
    """
    found = {}
    for name, moved in coarse.items():
        linear = fine[name] * FINER
        whole, straight = root_mean_square(moved), root_mean_square(linear)
        if not whole or not np.isfinite(whole) or straight / RATIO <= whole <= straight * RATIO:
            continue
        apart = (moved > ELEMENT * linear) | (moved < linear / ELEMENT)
        if apart.any():
            found[name] = apart
    return found
