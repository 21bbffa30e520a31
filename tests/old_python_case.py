"""One case for the test on an old interpreter."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase


class Square(FunctionCase):
    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=3)}

    def keras(self, keras: Any, x: Any) -> Any:
        return x * x

    def torch(self, torch: Any, x: Any) -> Any:
        return x * x
