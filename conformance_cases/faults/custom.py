"""Faults that show in the code that people write around layers."""

from typing import Any

from conformance_cases.faults._stand_ins import after_init, rescaled
from pytest_fwparity import fault


@fault(case="core:layers/CustomGradient", side="keras", variant="plain", tier="gradient")
def custom_gradient_scaled(keras: Any, patch: Any) -> None:
    """What a custom gradient gives is 1e-3 too large."""
    stock = keras.ops.custom_gradient

    def custom_gradient(function: Any) -> Any:
        def changed(*given: Any) -> Any:
            y, gradient = function(*given)
            return y, lambda *args, upstream=None: gradient(*args, upstream=upstream) * (1 + 1e-3)

        return stock(changed)

    patch(keras.ops, "custom_gradient", custom_gradient)


@fault(case="core:layers/CustomGradient", side="torch", variant="scaled")
def logarithm_one_ten_millionth(torch: Any, patch: Any) -> None:
    """torch.log is 1e-7 too large."""
    rescaled(patch, torch, "log")


@fault(case="core:layers/SharedLayer", side="keras", variant="functional", tier="gradient")
def second_use_without_gradient(keras: Any, patch: Any) -> None:
    """A layer that is used twice is differentiated by its first use alone."""
    stock = keras.layers.Multiply._merge_function

    def merge(self: Any, inputs: Any) -> Any:
        first, second = inputs
        return stock(self, [first, keras.ops.stop_gradient(second)])

    patch(keras.layers.Multiply, "_merge_function", merge)


@fault(case="core:layers/MaskPassedOn", side="keras", variant="masking")
def mask_lost_on_the_way(keras: Any, patch: Any) -> None:
    """Dense does not pass a mask on."""
    after_init(patch, keras.layers.Dense, lambda self: setattr(self, "supports_masking", False))


@fault(case="core:layers/MaskPassedOn", side="keras", variant="embedding")
def mask_of_the_wrong_index(keras: Any, patch: Any) -> None:
    """mask_zero=True masks index 1."""
    patch(keras.layers.Embedding, "compute_mask", lambda self, inputs, mask=None: keras.ops.not_equal(inputs, 1))


@fault(case="core:layers/VariableLength", side="torch")
def long_batches_cut(torch: Any, patch: Any) -> None:
    """From the second batch on the first row of the first sequence counts twice."""
    stock = torch.nn.LSTM.forward

    def forward(self: Any, x: Any, state: Any = None) -> Any:
        self.seen = getattr(self, "seen", 0) + 1
        return stock(self, torch.cat([x[:, :1], x], 1) if self.seen > 1 else x, state)

    patch(torch.nn.LSTM, "forward", forward)
