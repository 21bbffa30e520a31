"""Rounding to whole numbers, signs."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Elementwise, Stepped
from pytest_fwparity import difference, named


class Ceil(Stepped):
    """The next whole number up."""

    keras_name = "ceil"
    torch_name = "ceil"

    def reference(self, x: Any) -> Any:
        return np.ceil(x)


class Floor(Stepped):
    """The next whole number down."""

    keras_name = "floor"
    torch_name = "floor"

    def reference(self, x: Any) -> Any:
        return np.floor(x)


class Round(Stepped):
    """The nearest whole number."""

    keras_name = "round"
    torch_name = "round"

    def reference(self, x: Any) -> Any:
        return np.round(x)


class RoundHalves(Round):
    """Halfway between two whole numbers, to the even one."""

    variants = named(default={})
    fixed = ("x",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.permutation(np.arange(-10, 10)).reshape(4, 5) + 0.5}


class Trunc(Stepped):
    """The next whole number towards 0."""

    keras_name = "trunc"
    torch_name = "trunc"

    def reference(self, x: Any) -> Any:
        return np.trunc(x)


class Sign(Stepped):
    """-1, 0 or 1."""

    keras_name = "sign"
    torch_name = "sign"
    level = "quick"

    def reference(self, x: Any) -> Any:
        return np.sign(x)

    @difference(
        replaces="torch",
        why="torch's sign of NaN is 0",
        source="aten/src/ATen/native/cpu/UnaryOpsKernel.cpp, sgn",
        sides=("keras-tensorflow", "keras-jax"),
        when=lambda case: case.form == "special",
    )
    def nan_for_nan(self, torch: Any, x: Any) -> Any:
        return self.asked(torch, torch.tensor, lambda x: torch.where(x.isnan(), x, x.sign()), x)


class Heaviside(Elementwise):
    """0 below 0, 1 above, the second argument at 0 of either sign; torch's has no gradient to ask for."""

    fixed = ("h",)
    vanishing = ("grad x", "grad h")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.integers(-3, 3, size=(4, 5)) + 0.5
        x[:, 1], x[:, 3] = 0.0, -0.0
        return {"x": x, "h": rng.choice([0.25, 0.5, 3.0, -2.0], size=5)}

    def keras(self, keras: Any, x: Any, h: Any) -> Any:
        return keras.ops.heaviside(x, keras.ops.stop_gradient(h))

    def torch(self, torch: Any, x: Any, h: Any) -> Any:
        return torch.heaviside(x.detach(), h.detach())

    def reference(self, x: Any, h: Any) -> Any:
        return np.heaviside(x, h)
