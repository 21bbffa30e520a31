"""Losses of real values."""

from typing import Any

import numpy as np

from pytest_fwparity import LossCase, difference, grid, named


def apart(rng: np.random.Generator, size: Any, low: float = 0.25, high: float = 1.5) -> Any:
    """Residuals of either sign, away from 0."""
    return rng.choice([-1.0, 1.0], size=size) * rng.uniform(low, high, size=size)


class MeanSquaredError(LossCase):
    """mean((y_true - y_pred)**2) over the last axis; a last axis of 1 that one of both lacks is squeezed."""

    shape: list[int] = [6, 4]
    flat_labels: bool = False
    offset: float = 0.0
    variants = named(default={}, squeezed={"shape": [6, 1], "flat_labels": True}, far={"offset": 100.0})
    quick = ("default",)
    without = {"far-*16": "half precision rounds 100 by as much as the residuals"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = self.offset + rng.normal(size=self.shape)
        y_pred = y_true + apart(rng, self.shape)
        return {"y_true": y_true[:, 0] if self.flat_labels else y_true, "y_pred": y_pred}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.MeanSquaredError(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.MSELoss(reduction="none")(y_pred, y_true.view_as(y_pred)).mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        return np.square(y_true.reshape(y_pred.shape) - y_pred).mean(-1)


class MeanAbsoluteError(LossCase):
    """mean(abs(y_true - y_pred)) over the last axis."""

    offset: float = 0.0
    variants = named(default={}, far={"offset": 100.0})
    quick = ("default",)
    without = {"far-*16": "half precision rounds 100 by as much as the residuals"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = self.offset + rng.normal(size=(6, 4))
        return {"y_true": y_true, "y_pred": y_true + apart(rng, (6, 4))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.MeanAbsoluteError(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.L1Loss(reduction="none")(y_pred, y_true).mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        return np.abs(y_true - y_pred).mean(-1)


class Huber(LossCase):
    """Square below delta, straight above; the mean over the last axis is one sample's loss."""

    delta: float = 1.0
    variants = grid(delta=[0.3, 1.0, 2.5])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"y_true": rng.normal(size=(6, 4)), "y_pred": rng.normal(size=(6, 4))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.Huber(self.delta, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.functional.huber_loss(y_pred, y_true, reduction="none", delta=self.delta).mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        off = np.abs(y_true - y_pred)
        straight = self.delta * off - self.delta**2 / 2
        return np.where(off <= self.delta, off**2 / 2, straight).mean(-1)


class MeanAbsolutePercentageError(LossCase):
    """100 * mean(abs(y_true - y_pred) / max(abs(y_true), 1e-7)); where y_true is 0 the divisor is 1e-7."""

    zero: bool = False
    variants = named(default={}, zero={"zero": True})
    fixed = ("y_true",)
    level = "standard"
    speed = None
    without = {"zero-float16": "the divisor 1e-7 is no float16: the nearest is 19 % larger"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = apart(rng, (6, 4), 0.5, 2.0)
        y_pred = y_true + apart(rng, (6, 4))
        if self.zero:
            y_true[0, 0], y_pred[0, 0] = 0.0, 3e-7
        return {"y_true": y_true, "y_pred": y_pred}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.MeanAbsolutePercentageError(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return 100 * ((y_true - y_pred).abs() / y_true.abs().clamp(min=1e-7)).mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        return 100 * (np.abs(y_true - y_pred) / np.maximum(np.abs(y_true), 1e-7)).mean(-1)


class MeanSquaredLogarithmicError(LossCase):
    """mean((log(max(y_true, 1e-7) + 1) - log(max(y_pred, 1e-7) + 1))**2): negative values count as 1e-7."""

    negative: bool = False
    variants = named(default={}, negative={"negative": True})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true, y_pred = rng.uniform(3.0, 6.0, size=(6, 4)), rng.uniform(0.5, 2.0, size=(6, 4))
        if self.negative:
            y_pred[:3, 0] = -0.5
        return {"y_true": y_true, "y_pred": y_pred}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.MeanSquaredLogarithmicError(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return (torch.log1p(y_true.clamp(min=1e-7)) - torch.log1p(y_pred.clamp(min=1e-7))).square().mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        p, q = (np.log1p(np.maximum(value, 1e-7)) for value in (y_true, y_pred))
        return np.square(p - q).mean(-1)


class LogCosh(LossCase):
    """mean(log(cosh(y_pred - y_true))), as log1p(2 * sinh(x / 2)**2) where x is small."""

    low: float = 0.5
    high: float = 2.0
    variants = named(default={}, large={"low": 200.0, "high": 900.0}, near={"low": 0.05, "high": 0.1})
    level = "standard"
    speed = None
    without = {
        "near-*16": "log(cosh(0.05)) = 1e-3 is a few roundings of log(2) in half precision, of which Keras takes it"
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = np.zeros((6, 4)) if self.low < 0.1 else rng.normal(size=(6, 4))
        return {"y_true": y_true, "y_pred": y_true + apart(rng, (6, 4), self.low, self.high)}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.LogCosh(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        x = (y_pred - y_true).abs()
        small = torch.log1p(2 * torch.sinh(x.clamp(max=1) / 2).square())
        return torch.where(x < 1, small, x + torch.log1p(torch.exp(-2 * x)) - np.log(2)).mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        x = np.abs(y_pred - y_true)
        small = np.log1p(2 * np.sinh(np.minimum(x, 1) / 2) ** 2)
        return np.where(x < 1, small, x + np.log1p(np.exp(-2 * x)) - np.log(2)).mean(-1)

    @difference(
        replaces="torch",
        why="Keras forms x + softplus(-2 x) - log(2), which cancels where x is small: at 0.05 it loses 3 of 7 digits",
        source="keras/src/losses/losses.py, log_cosh",
        sides=("keras-*",),
        dtypes=("float32",),
        when=lambda case: case.low < 0.1,
    )
    def cancels(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        x = y_pred - y_true
        return (x + torch.nn.functional.softplus(-2 * x) - np.log(2)).mean(-1)


class CosineSimilarity(LossCase):
    """-cos of the angle between y_true and y_pred along the last axis; each norm is at least 1e-7."""

    zero: bool = False
    scale: float = 1.0
    variants = named(default={}, zero={"zero": True}, long={"scale": 8.0})
    quick = ("default",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true, y_pred = rng.uniform(0.5, 2.0, size=(6, 4)), apart(rng, (6, 4))
        if self.zero:
            y_true[0] = 0.0
        return {"y_true": y_true, "y_pred": y_pred * self.scale}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.CosineSimilarity(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return -torch.nn.CosineSimilarity(dim=-1, eps=1e-7)(y_true, y_pred)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        norms = [np.maximum(np.linalg.norm(value, axis=-1), 1e-7) for value in (y_true, y_pred)]
        return -(y_true * y_pred).sum(-1) / (norms[0] * norms[1])

    @difference(
        replaces="torch",
        why="Keras' floor of a squared norm, 1e-14, is 0 in float16: the cosine of a zero vector is 0 * inf = NaN",
        source="keras/src/ops/nn.py, normalize",
        sides=("keras-*",),
        dtypes=("float16",),
        when=lambda case: case.zero,
    )
    def no_floor_in_float16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return -(y_true * y_true.square().sum(-1, keepdim=True).rsqrt() * torch.nn.functional.normalize(y_pred)).sum(-1)


class CosineSimilarityAlongTheSecondAxis(LossCase):
    """-cos along axis 1 of three: one value and one weight for every place of the first and the last."""

    sample_rank = 2
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"y_true": rng.uniform(0.5, 2.0, size=(4, 3, 3)), "y_pred": apart(rng, (4, 3, 3))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.CosineSimilarity(axis=1, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return -torch.nn.functional.cosine_similarity(y_true, y_pred, dim=1, eps=1e-7)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        norms = [np.linalg.norm(value, axis=1) for value in (y_true, y_pred)]
        return -(y_true * y_pred).sum(1) / (norms[0] * norms[1])
