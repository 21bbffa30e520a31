"""Fully connected layers: one matrix, a contraction by letters, a form of two inputs, one matrix for each group of rows."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, LayerCase, grid, named


class Dense(LayerCase):
    """y = x @ kernel + bias; torch keeps the kernel transposed."""

    units: int = 32
    use_bias: bool = True
    variants = grid(units=[1, 32], use_bias=[True, False])
    speed = "quick"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(12, 16))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        kernel, bias = rng.normal(size=(16, self.units)), rng.normal(size=self.units)
        return {"kernel": kernel, "bias": bias} if self.use_bias else {"kernel": kernel}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Dense(self.units, use_bias=self.use_bias)

    def torch(self, torch: Any) -> Any:
        return torch.nn.Linear(16, self.units, bias=self.use_bias)

    def torch_weights(self, torch: Any, kernel: Any, **bias: Any) -> dict[str, Any]:
        return {"weight": kernel.T, **bias}

    def reference(self, x: Any, kernel: Any, bias: Any = 0.0) -> Any:
        return x @ kernel + bias


class Linear(Dense):
    """The same as a function, as a module that takes its size from its first input, and over axes before the last."""

    units: int = 3
    spelling: str = "functional"
    batch: tuple[int, ...] = (6,)
    variants = named(
        functional={},
        no_bias={"use_bias": False},
        lazy={"spelling": "lazy"},
        sequences={"batch": [2, 3], "spelling": "module"},
        one_row={"batch": [1]},
    )
    level = "standard"
    speed = None  # type: ignore[assignment]

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(*self.batch, 16))}

    def torch(self, torch: Any) -> Any:
        if self.spelling == "functional":
            return lambda x, weight, bias=None: torch.nn.functional.linear(x, weight, bias)
        if self.spelling == "module":
            return super().torch(torch)
        module = torch.nn.LazyLinear(self.units, bias=self.use_bias)
        module(torch.zeros(1, 16))
        return module


class EinsumDense(LayerCase):
    """y = einsum(equation, x, kernel) + bias, the bias along the named letters of the output."""

    equation: str = "abc,cd->abd"
    shape: tuple[int, ...] = (2, 5, 4)
    kernel: tuple[int, ...] = (4, 3)
    made: tuple[int, ...] = (5, 3)
    bias_axes: str = "d"
    bias: tuple[int, ...] = (3,)
    variants = named(
        last={},
        heads={"equation": "abc,cde->abde", "kernel": [4, 2, 3], "made": [5, 2, 3], "bias_axes": "de", "bias": [2, 3]},
        joined={
            "equation": "abcd,cde->abe",
            "shape": [2, 3, 2, 4],
            "kernel": [2, 4, 3],
            "made": [3, 3],
            "bias_axes": "e",
        },
        time={"equation": "abc,bd->adc", "kernel": [5, 3], "made": [3, 4], "bias_axes": "d", "bias": [3, 1]},
        ellipsis={"equation": "...x,xy->...y", "made": [3], "bias_axes": "y"},
        batched={"equation": "abc,bcd->abd", "kernel": [5, 4, 3], "bias_axes": "bd", "bias": [5, 3]},
    )
    quick = ("last", "heads")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=self.shape)}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=self.kernel), "bias": rng.normal(size=self.bias)}

    def keras(self, keras: Any) -> Any:
        return keras.layers.EinsumDense(self.equation, output_shape=self.made, bias_axes=self.bias_axes)

    def torch(self, torch: Any) -> Any:
        return lambda x, kernel, bias: torch.einsum(self.equation, x, kernel) + bias

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        return np.einsum(self.equation, x, kernel) + bias


class Bilinear(FunctionCase):
    """y[n, k] = x1[n, i] weight[k, i, j] x2[n, j] + bias[k]."""

    spelling: str = "functional"
    use_bias: bool = True
    batch: tuple[int, ...] = (5,)
    variants = named(
        functional={}, module={"spelling": "module"}, no_bias={"use_bias": False}, ranked={"batch": [2, 3]}
    )
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        first, second = rng.normal(size=(*self.batch, 4)), rng.normal(size=(*self.batch, 3))
        given = {"first": first, "second": second, "weight": rng.normal(size=(2, 4, 3)) / 2}
        return {**given, "bias": rng.normal(size=2)} if self.use_bias else given

    def keras(self, keras: Any, first: Any, second: Any, weight: Any, bias: Any = None) -> Any:
        y = keras.ops.einsum("...i,kij,...j->...k", first, weight, second)
        return y if bias is None else y + bias

    def torch(self, torch: Any, first: Any, second: Any, weight: Any, bias: Any = None) -> Any:
        if self.spelling == "functional":
            return torch.nn.functional.bilinear(first, second, weight, bias)
        given = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
        return torch.func.functional_call(torch.nn.Bilinear(4, 3, 2, bias=self.use_bias), given, (first, second))

    def reference(self, first: Any, second: Any, weight: Any, bias: Any = 0.0) -> Any:
        return np.einsum("...i,kij,...j->...k", first, weight, second) + bias


class GroupedMatmul(FunctionCase):
    """Rows up to each offset times the matrix of their group; in float64, which torch refuses, group by group."""

    jagged: bool = True
    variants = named(jagged={}, stacked={"jagged": False})
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(7, 8) if self.jagged else (3, 4, 8)), "kernels": rng.normal(size=(3, 8, 8))}

    def keras(self, keras: Any, x: Any, kernels: Any) -> Any:
        if not self.jagged:
            return keras.ops.matmul(x, kernels)
        return keras.ops.concatenate([keras.ops.matmul(x[a:b], kernels[g]) for g, (a, b) in enumerate(_GROUPS)])

    def torch(self, torch: Any, x: Any, kernels: Any) -> Any:
        offsets = torch.tensor([b for _, b in _GROUPS], dtype=torch.int32, device=x.device) if self.jagged else None
        if x.dtype != torch.float64:
            return torch.nn.functional.grouped_mm(x, kernels, offs=offsets)
        if not self.jagged:
            return x @ kernels
        return torch.cat([x[a:b] @ kernels[g] for g, (a, b) in enumerate(_GROUPS)])

    def reference(self, x: Any, kernels: Any) -> Any:
        return np.concatenate([x[a:b] @ kernels[g] for g, (a, b) in enumerate(_GROUPS)]) if self.jagged else x @ kernels


#: rows of each group; one of them is empty
_GROUPS = ((0, 3), (3, 3), (3, 7))
