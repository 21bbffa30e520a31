"""Faults of fully connected layers."""

from typing import Any

from pytest_fwparity import fault


@fault(case="core:layers/Dense", side="torch")
def dense_weight_gradient_scaled(torch: Any, patch: Any) -> None:
    """The gradient by the weight is 1e-4 too large."""
    stock = torch.nn.functional.linear

    class Scaled(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(context: Any, weight: Any) -> Any:
            return weight.clone()

        @staticmethod
        def backward(context: Any, gradient: Any) -> Any:
            return gradient * (1 + 1e-4)

    patch(torch.nn.functional, "linear", lambda x, weight, bias=None: stock(x, Scaled.apply(weight), bias))


@fault(case="core:layers/Dense", side="keras")
def dense_one_element(keras: Any, patch: Any) -> None:
    """One element of the output is 2e-5 too large."""
    import numpy as np

    stock = keras.layers.Dense.call

    def call(self: Any, inputs: Any, training: Any = None) -> Any:
        y = stock(self, inputs)
        factor = np.ones(tuple(y.shape))
        factor[0, 0] += 2e-5
        return y * keras.ops.convert_to_tensor(factor, dtype=y.dtype)

    patch(keras.layers.Dense, "call", call)


@fault(case="core:layers/Dense", side="keras", tier="float32")
def dense_accumulates_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the product is computed from operands rounded to bfloat16."""
    stock = keras.ops.matmul

    def matmul(a: Any, b: Any) -> Any:
        if keras.backend.standardize_dtype(a.dtype) != "float32":
            return stock(a, b)
        return stock(*(keras.ops.cast(keras.ops.cast(v, "bfloat16"), "float32") for v in (a, b)))

    patch(keras.ops, "matmul", matmul)
