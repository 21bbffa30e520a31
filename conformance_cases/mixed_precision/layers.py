"""Layers that compute in the low dtype and keep their weights in float32."""

from conformance_cases.layers.convolution import Conv2D
from conformance_cases.layers.dense import Dense
from pytest_fwparity import grid


class MixedDense(Dense):
    """Keras casts inputs and weights of the layer, torch's autocast those of the product."""

    variants = grid(units=[8, 32], use_bias=[True, False])
    checks = ("mixed",)
    speed = "standard"


class MixedConv2D(Conv2D):
    """Keras casts inputs and weights of the layer, torch's autocast those of the convolution."""

    checks = ("mixed",)
    speed = "standard"
