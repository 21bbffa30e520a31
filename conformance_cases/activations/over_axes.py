"""Activations that look at a whole axis."""

from typing import Any, ClassVar

import numpy as np

from pytest_fwparity import FunctionCase, difference, grid, named


def softmaxed(x: Any, axis: Any) -> Any:
    """Of NumPy's arrays."""
    raised = np.exp(x - x.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


class OverAxis(FunctionCase, abstract=True):
    """Normalised along ``axis``, as a function or as a layer and a module; ``far``: logits of hundreds."""

    form: str = "function"
    axis: int = -1
    offset: float = 0.0
    variants = grid(form=["function", "layer"]) | grid(axis=[0, 1]) | named(far={"offset": 100.0})
    without = {
        "far-*16": "near 100 neighbouring numbers are 1/16 and 1/2 apart, which is most of what tells the logits apart"
    }
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(self.offset, 1.0, size=(3, 4, 5))}


class Softmax(OverAxis):
    """exp(x) over the sum of exp(x)."""

    level = "quick"
    quick = ("default", "axis=1")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.layers.Softmax(self.axis)(x) if self.form == "layer" else keras.activations.softmax(x, self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.Softmax(self.axis)(x) if self.form == "layer" else torch.nn.functional.softmax(x, self.axis)

    def reference(self, x: Any) -> Any:
        return softmaxed(x, self.axis)


class LogSoftmax(OverAxis):
    """x less the logarithm of the sum of exp(x)."""

    def keras(self, keras: Any, x: Any) -> Any:
        if self.form == "layer":
            return keras.layers.Activation(lambda x: keras.activations.log_softmax(x, self.axis))(x)
        return keras.activations.log_softmax(x, self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.form == "layer":
            return torch.nn.LogSoftmax(self.axis)(x)
        return torch.nn.functional.log_softmax(x, self.axis)

    def reference(self, x: Any) -> Any:
        x = x - x.max(self.axis, keepdims=True)
        return x - np.log(np.exp(x).sum(self.axis, keepdims=True))


class Softmin(OverAxis):
    """The softmax of -x."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.softmax(-x, self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.Softmin(self.axis)(x) if self.form == "layer" else torch.nn.functional.softmin(x, self.axis)

    def reference(self, x: Any) -> Any:
        return softmaxed(-x, self.axis)


class Softmax2d(FunctionCase):
    """Over the channels of an image, which torch has first, with a batch or without."""

    batched: bool = True
    variants = grid(batched=[True, False])
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 3, 2, 4) if self.batched else (3, 2, 4))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.softmax(x, axis=-3)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.Softmax2d()(x)

    def reference(self, x: Any) -> Any:
        return softmaxed(x, -3)


class Glu(OverAxis):
    """The first half times the sigmoid of the second."""

    variants = grid(form=["function", "layer"]) | grid(axis=[0, 1])
    without: ClassVar[dict[str, str]] = {}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 4, 6))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.glu(x, self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.GLU(self.axis)(x) if self.form == "layer" else torch.nn.functional.glu(x, self.axis)

    def reference(self, x: Any) -> Any:
        kept, gate = np.split(x, 2, self.axis)
        return kept / (1 + np.exp(-gate))


class MaskedSoftmax(FunctionCase):
    """Masked entries weigh nothing; a row without any other entry is zero everywhere."""

    axis: int | list[int] = -1
    mask: str = "bool"
    variants = named(last={}, first={"axis": 1}, both={"axis": [1, 2]}, one={"axis": [2]}, numbers={"mask": "float"})
    level = "standard"
    speed = None
    fixed = ("mask",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        mask = rng.uniform(size=(3, 4, 5)) < 0.6
        mask[0], mask[1, 0], mask[1, :, 2], mask[2, 1] = True, False, False, False
        return {"x": rng.normal(size=(3, 4, 5)), "mask": mask if self.mask == "bool" else mask.astype(np.int32)}

    def keras(self, keras: Any, x: Any, mask: Any) -> Any:
        return keras.layers.Softmax(self.axis)(x, mask=mask)

    def torch(self, torch: Any, x: Any, mask: Any) -> Any:
        axis = (self.axis,) if isinstance(self.axis, int) else tuple(self.axis)
        raised = torch.where(mask > 0, torch.exp(x), 0)
        total = raised.sum(axis, keepdim=True)
        return raised / torch.where(total > 0, total, 1)

    def reference(self, x: Any, mask: Any) -> Any:
        axis = (self.axis,) if isinstance(self.axis, int) else tuple(self.axis)
        raised = np.where(mask > 0, np.exp(x), 0)
        total = raised.sum(axis, keepdims=True)
        return raised / np.where(total > 0, total, 1)


class Sparsemax(FunctionCase):
    """The nearest point of the simplex (Martins and Astudillo, 2016): all but a few entries are zero."""

    axis: int = -1
    variants = grid(axis=[-1, 0])
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = np.array([0.9, 0.3, -0.3, -0.6, -1.2]) + rng.uniform(-0.05, 0.05, size=(4, 5))
        x = np.take_along_axis(x, rng.uniform(size=(4, 5)).argsort(-1), -1)
        return {"x": x if self.axis == -1 else x.T}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.sparsemax(x, self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        ordered = x.movedim(self.axis, -1).sort(-1, descending=True).values
        count = torch.arange(1, ordered.shape[-1] + 1)
        support = (1 + count * ordered > ordered.cumsum(-1)).sum(-1, keepdim=True)
        threshold = (ordered.cumsum(-1).gather(-1, support - 1) - 1) / support
        return (x - threshold.movedim(-1, self.axis)).clamp(min=0)

    def reference(self, x: Any) -> Any:
        low, high = x.min(self.axis, keepdims=True) - 1, x.max(self.axis, keepdims=True)
        for _ in range(100):
            middle = (low + high) / 2
            above = np.maximum(x - middle, 0).sum(self.axis, keepdims=True) > 1
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        kept = x > (low + high) / 2
        threshold = (np.where(kept, x, 0).sum(self.axis, keepdims=True) - 1) / kept.sum(self.axis, keepdims=True)
        return np.maximum(x - threshold, 0)

    @difference(
        replaces="torch",
        why="Keras adds up the cumulative sums of the support, where the definition takes the last one of them",
        source="keras/src/backend/tensorflow/nn.py, sparsemax (jax and torch alike)",
    )
    def sum_of_sums(self, torch: Any, x: Any) -> Any:
        ordered = x.movedim(self.axis, -1).sort(-1, descending=True).values
        sums, count = ordered.cumsum(-1), torch.arange(1, ordered.shape[-1] + 1)
        support = ordered - (sums - 1) / count > 0
        threshold = (torch.where(support, sums, 0).sum(-1, keepdim=True) - 1) / support.sum(-1, keepdim=True)
        return (x - threshold.movedim(-1, self.axis)).clamp(min=0)
