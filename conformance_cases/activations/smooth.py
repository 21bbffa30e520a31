"""Activations without kinks."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, difference, grid


class Gelu(FunctionCase):
    """x times the normal distribution function, or its approximation by tanh."""

    approximate: bool = False
    form: str = "function"
    variants = grid(approximate=[False, True], form=["function", "layer"])
    quick = ("default", "approximate=True")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(5, 7))}

    def keras(self, keras: Any, x: Any) -> Any:
        if self.form == "layer":
            return keras.layers.Activation(lambda x: keras.activations.gelu(x, self.approximate))(x)
        return keras.activations.gelu(x, self.approximate)

    def torch(self, torch: Any, x: Any) -> Any:
        approximate = "tanh" if self.approximate else "none"
        if self.form == "layer":
            return torch.nn.GELU(approximate)(x)
        return torch.nn.functional.gelu(x, approximate=approximate)

    def exact(self, mpmath: Any, x: Any) -> Any:
        if self.approximate:
            return x / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3)))
        return x / 2 * mpmath.erfc(-x / mpmath.sqrt(2))


class GeluTail(FunctionCase):
    """Far to the left, where the function is tiny: the relative accuracy of every element is judged."""

    nearest: float = -3.0
    variants = grid(nearest=[-3.0, -5.0])
    floor = "elementwise"
    without = {
        "*16": "half precision has no digit left where the distribution function is below its last one",
        "*-tf32": "no product is in it, and moves of tf32 leave no digit either",
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.uniform(-7.5, self.nearest, size=(5, 7))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.gelu(x, approximate=False)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.gelu(x)

    def exact(self, mpmath: Any, x: Any) -> Any:
        return x / 2 * mpmath.erfc(-x / mpmath.sqrt(2))

    @difference(
        replaces="torch",
        why="torch forms 1 + erf(x / sqrt(2)), which cancels on the left; Keras takes erfc",
        source="aten/src/ATen/native/cpu/Activation.cpp, GeluKernelImpl; tensorflow/python/ops/nn_ops.py, gelu",
        sides=("keras-tensorflow", "keras-jax"),
    )
    def by_erfc(self, torch: Any, x: Any) -> Any:
        return x / 2 * torch.special.erfc(-x / 2**0.5)

    @difference(
        replaces="torch",
        why="torch forms 1 + erf(x / sqrt(2)), which cancels on the left",
        source="aten/src/ATen/native/cpu/Activation.cpp, GeluKernelImpl",
        sides=("torch", "keras-torch"),
        dtypes=("float32",),
    )
    def one_plus_erf(self, torch: Any, x: Any) -> Any:
        return x / 2 * (1 + torch.special.erf(x / 2**0.5))


class MaskedScores(FunctionCase):
    """Scores with a fill value where a mask says so, and their softmax: nothing may hide beside the fill value."""

    fill: str = "-1e9"
    variants = grid(fill=["-1e9", "-inf"])
    outputs = ("scores", "weights")
    overflows = {"float16": ("scores",)}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        mask = rng.uniform(size=(4, 6)) < 0.6
        mask[:, 0], mask[:, 1] = True, False
        return {"x": rng.normal(size=(4, 6)), "scale": rng.uniform(0.5, 2.0, size=(4, 6)), "mask": mask}

    def keras(self, keras: Any, x: Any, scale: Any, mask: Any) -> Any:
        scores = keras.ops.where(mask, x * scale, float(self.fill))
        return scores, keras.ops.softmax(scores)

    def torch(self, torch: Any, x: Any, scale: Any, mask: Any) -> Any:
        scores = torch.where(mask, x * scale, float(self.fill))
        return scores, torch.softmax(scores, -1)

    def reference(self, x: Any, scale: Any, mask: Any) -> Any:
        scores = np.where(mask, x * scale, float(self.fill))
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        return scores, weights / weights.sum(-1, keepdims=True)
