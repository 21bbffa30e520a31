"""Faults of layers that pad, crop and reshape."""

from typing import Any

import numpy as np

from conformance_cases.faults._gradients import keras_first_element, torch_first_element, torch_scaled_gradient
from conformance_cases.faults._stand_ins import after_init, changed_result, rescaled
from pytest_fwparity import fault


def _ends_exchanged(name: str) -> Any:
    def exchange(layer: Any) -> None:
        setattr(layer, name, tuple(pair[::-1] for pair in getattr(layer, name)))

    return exchange


@fault(case="core:layers/ZeroPadding2D", side="keras", variant="padding=0x2x1x3")
def zero_padding_at_the_other_ends(keras: Any, patch: Any) -> None:
    """What should be padded before is padded after."""
    after_init(patch, keras.layers.ZeroPadding2D, _ends_exchanged("padding"))


@fault(case="core:layers/ZeroPadding1D", side="torch")
def zero_padding_with_a_ten_millionth(torch: Any, patch: Any) -> None:
    """The border is 1e-7, not zero."""
    stock = torch.nn.functional.pad
    patch(torch.nn.functional, "pad", lambda x, pad, mode="constant", value=None: stock(x, pad, mode, 1e-7))


@fault(case="core:layers/ZeroPadding3D", side="keras", variant="channels_first=True,padding=0x1x2")
def zero_padding_one_element(keras: Any, patch: Any) -> None:
    """One element within is 2e-5 too large."""
    stock = keras.layers.ZeroPadding3D.call
    patch(keras.layers.ZeroPadding3D, "call", lambda self, x: stock(self, keras_first_element(keras, x, 2e-5)))


@fault(case="core:layers/ConstantPad", side="keras")
def padding_value_in_float32(keras: Any, patch: Any) -> None:
    """The value of the border is rounded to float32."""
    stock = keras.ops.pad
    patch(
        keras.ops,
        "pad",
        lambda x, width, mode="constant", constant_values=None: stock(
            x, width, mode, float(np.float32(constant_values))
        ),
    )


@fault(case="core:layers/ReflectionPad", side="keras", variant="rank=2")
def reflection_repeats_the_edge(keras: Any, patch: Any) -> None:
    """The first and the last element are mirrored, too."""
    stock = keras.ops.pad
    patch(keras.ops, "pad", lambda x, width, mode="constant", **options: stock(x, width, "symmetric", **options))


@fault(case="core:layers/ReplicationPad", side="torch", variant="form=function", tier="gradient")
def replication_gradient(torch: Any, patch: Any) -> None:
    """The gradient is 1e-3 too large; the slope is not."""
    stock, scaled = torch.nn.functional.pad, torch_scaled_gradient(torch, 1 + 1e-3)
    patch(torch.nn.functional, "pad", lambda x, pad, mode="constant", value=None: stock(scaled(x), pad, mode, value))


@fault(case="core:layers/CircularPad", side="torch")
def circular_one_element(torch: Any, patch: Any) -> None:
    """One element of the border is 2e-5 too large."""
    changed_result(patch, torch.nn.functional, "pad", lambda y: torch_first_element(torch, y, 2e-5))


@fault(case="core:layers/Flatten", side="keras", variant="channels_first=True,shape=2x3x4x2")
def flatten_leaves_channels_first(keras: Any, patch: Any) -> None:
    """Channels stay first."""
    after_init(patch, keras.layers.Flatten, lambda layer: setattr(layer, "_channels_first", False))


@fault(case="core:layers/Reshape", side="keras")
def reshape_by_columns(keras: Any, patch: Any) -> None:
    """Elements are taken column by column."""
    stock = keras.layers.Reshape.call
    patch(
        keras.layers.Reshape,
        "call",
        lambda self, x: stock(self, keras.ops.reshape(keras.ops.transpose(x, (0, 2, 1)), x.shape)),
    )


@fault(case="core:layers/FlattenSomeAxes", side="torch", variant="flattened")
def flatten_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every value is 1e-7 too large."""
    rescaled(patch, torch.nn.Flatten, "forward")


@fault(case="core:layers/Unflatten", side="torch", tier="float16")
def unflatten_in_float16_alone(torch: Any, patch: Any) -> None:
    """In float16 alone every value is 5 % too large."""
    rescaled(patch, torch.nn.Unflatten, "forward", 0.05, dtype="float16")


@fault(case="core:layers/Permute", side="keras")
def permute_backwards(keras: Any, patch: Any) -> None:
    """One of the axes is read backwards."""
    stock = keras.layers.Permute.call
    patch(keras.layers.Permute, "call", lambda self, x: keras.ops.flip(stock(self, x), 1))


@fault(case="core:layers/RepeatVector", side="keras")
def repeat_vector_gradient_of_one_step(keras: Any, patch: Any) -> None:
    """Only the first step gives a gradient back."""
    stock = keras.layers.RepeatVector.call

    def call(self: Any, x: Any) -> Any:
        y = stock(self, x)
        return keras.ops.concatenate([y[:, :1], keras.ops.stop_gradient(y[:, 1:])], 1)

    patch(keras.layers.RepeatVector, "call", call)


@fault(case="core:layers/Cropping1D", side="keras", variant="cropping=2x0")
def cropping_shared_out(keras: Any, patch: Any) -> None:
    """What should be cropped at one end is shared out to both."""
    after_init(patch, keras.layers.Cropping1D, lambda layer: setattr(layer, "cropping", (1, 1)))


@fault(case="core:layers/Cropping2D", side="keras", variant="cropping=0x2x1x0")
def cropping_at_the_other_ends(keras: Any, patch: Any) -> None:
    """What should be cropped before is cropped after."""
    after_init(patch, keras.layers.Cropping2D, _ends_exchanged("cropping"))


@fault(case="core:layers/Cropping3D", side="keras", tier="bfloat16")
def cropping_in_bfloat16_alone(keras: Any, patch: Any) -> None:
    """In bfloat16 alone every value is 30 % too large."""
    rescaled(patch, keras.layers.Cropping3D, "call", 0.3, dtype="bfloat16")
