"""torch's losses of real values under its own reductions, which are over all elements."""

from typing import Any

import numpy as np

from conformance_cases.losses._reductions import TorchLoss
from conformance_cases.losses.regression import apart
from pytest_fwparity import named


class Residuals(TorchLoss, abstract=True):
    """Inputs whose residuals keep away from 0 and from every delta below."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        target = rng.normal(size=(5, 4))
        near, far = rng.uniform(0.1, 0.22, size=(5, 4)), rng.uniform(1.2, 2.0, size=(5, 4))
        size = np.where(rng.uniform(size=(5, 4)) < 0.5, near, far)
        return {"x": target + rng.choice([-1.0, 1.0], size=(5, 4)) * size, "target": target}


class MSELoss(Residuals):
    """(x - y)**2."""

    module, called = "MSELoss", "mse_loss"

    def _values(self, ops: Any, x: Any, target: Any) -> Any:
        return ops.square(x - target)

    def _reference(self, x: Any, target: Any) -> Any:
        return np.square(x - target)


class L1Loss(Residuals):
    """abs(x - y)."""

    module, called = "L1Loss", "l1_loss"

    def _values(self, ops: Any, x: Any, target: Any) -> Any:
        return ops.abs(x - target)

    def _reference(self, x: Any, target: Any) -> Any:
        return np.abs(x - target)


class SmoothL1Loss(Residuals):
    """Huber's loss divided by beta; with beta = 0 the absolute error."""

    module, called = "SmoothL1Loss", "smooth_l1_loss"
    beta: float = 1.0
    variants = named(
        default={},
        sum={"reduction": "sum", "function": True, "beta": 0.5},
        zero={"beta": 0.0},
        mean={"beta": 0.5, "reduction": "mean"},
    )

    def _options(self, torch: Any) -> dict[str, Any]:
        return {"beta": self.beta}

    def _values(self, ops: Any, x: Any, target: Any) -> Any:
        off = ops.abs(x - target)
        if not self.beta:
            return off
        return ops.where(off < self.beta, off * off / (2 * self.beta), off - self.beta / 2)

    def _reference(self, x: Any, target: Any) -> Any:
        off = np.abs(x - target)
        return np.where(off < self.beta, off**2 / (2 * self.beta or 1), off - self.beta / 2)


class HuberLoss(Residuals):
    """Half the square below delta, straight above, through ``keras.losses.huber`` of one element each."""

    module, called = "HuberLoss", "huber_loss"
    delta: float = 0.5
    variants = named(default={}, sum={"reduction": "sum", "function": True}, mean={"delta": 1.0, "reduction": "mean"})

    def _options(self, torch: Any) -> dict[str, Any]:
        return {"delta": self.delta}

    def keras(self, keras: Any, x: Any, target: Any) -> Any:
        values = keras.losses.huber(target[..., None], x[..., None], delta=self.delta)
        return {"none": lambda x: x, "sum": keras.ops.sum, "mean": keras.ops.mean}[self.reduction](values)

    def _reference(self, x: Any, target: Any) -> Any:
        off = np.abs(x - target)
        return np.where(off <= self.delta, off**2 / 2, self.delta * (off - self.delta / 2))


class GaussianNLLLoss(TorchLoss):
    """(log(max(v, eps)) + (x - y)**2 / max(v, eps)) / 2, with log(2 pi) / 2 when full; v of every element or of every row.

    torch clamps v without a gradient through the clamp.
    """

    module, called = "GaussianNLLLoss", "gaussian_nll_loss"
    full: bool = False
    shared: bool = False
    variants = named(
        default={},
        full={"full": True, "reduction": "sum", "function": True},
        shared={"shared": True, "reduction": "mean"},
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.normal(size=(5, 4))
        variance = rng.uniform(1.5, 3.0, size=(5, 1) if self.shared else (5, 4))
        return {"x": x, "target": x + apart(rng, (5, 4)), "variance": variance}

    def _options(self, torch: Any) -> dict[str, Any]:
        return {"full": self.full}

    def _values(self, ops: Any, x: Any, target: Any, variance: Any) -> Any:
        variance = ops.maximum(variance, 1e-6)
        constant = np.log(2 * np.pi) / 2 if self.full else 0.0
        return (ops.log(variance) + ops.square(x - target) / variance) / 2 + constant

    def _reference(self, x: Any, target: Any, variance: Any) -> Any:
        constant = np.log(2 * np.pi) / 2 if self.full else 0.0
        return (np.log(variance) + (x - target) ** 2 / variance) / 2 + constant


class PoissonNLLLoss(TorchLoss):
    """exp(x) - y * x, or x - y * log(x + eps) of rates; when full, Stirling's y log(y) - y + log(2 pi y) / 2 where y > 1."""

    module, called = "PoissonNLLLoss", "poisson_nll_loss"
    log_input: bool = True
    full: bool = False
    variants = named(
        default={},
        full={"full": True, "reduction": "sum", "function": True},
        rates={"log_input": False, "reduction": "mean"},
    )
    fixed = ("target",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.uniform(-1, 1, size=(5, 4)) if self.log_input else rng.uniform(0.3, 0.8, size=(5, 4))
        return {"x": x, "target": rng.integers(2, 8, size=(5, 4))}

    def torch(self, torch: Any, x: Any, target: Any) -> Any:
        options = {"log_input": self.log_input, "full": self.full, "reduction": self.reduction}
        if self.function:
            return torch.nn.functional.poisson_nll_loss(x, target.to(x.dtype), **options)
        return torch.nn.PoissonNLLLoss(**options)(x, target.to(x.dtype))

    def _values(self, ops: Any, x: Any, target: Any) -> Any:
        target = ops.cast(target, x.dtype)
        cost = ops.exp(x) - target * x if self.log_input else x - target * ops.log(x + 1e-8)
        if self.full:
            cost = cost + target * ops.log(target) - target + ops.log(2 * np.pi * target) / 2
        return cost

    def _reference(self, x: Any, target: Any) -> Any:
        cost = np.exp(x) - target * x if self.log_input else x - target * np.log(x + 1e-8)
        stirling = target * np.log(target) - target + np.log(2 * np.pi * target) / 2
        return cost + stirling if self.full else cost
