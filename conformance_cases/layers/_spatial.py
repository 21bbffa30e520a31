"""What layers over space have in common."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pytest_fwparity import LayerCase


class SpatialCase(LayerCase, abstract=True):
    """The arrays of a case are channels last, as Keras keeps them; torch takes channels first.

    With ``data_format="channels_first"`` Keras is given channels first, too.
    """

    data_format: str = "channels_last"

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        if self.data_format == "channels_last":
            return layer(x)
        return keras.ops.moveaxis(layer(keras.ops.moveaxis(x, -1, 1)), 1, -1)

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return {"x": x.movedim(-1, 1)}

    def torch_outputs(self, torch: Any, y: Any) -> dict[str, Any]:
        return {"y": y.movedim(1, -1)}


def materialized(torch: Any, module: Any, shape: Sequence[int]) -> Any:
    """A lazy module, whose parameters its first input of ``shape`` has made."""
    training = module.training
    with torch.no_grad():
        module.eval()(torch.zeros(*shape))
    return module.train(training)


def padded(x: Any, pads: Sequence[int], value: float = 0.0) -> Any:
    """Channels-last ``x`` with pads in the order of ``torch.nn.functional.pad``; negative ones crop."""
    pairs = [(pads[at], pads[at + 1]) for at in range(len(pads) - 2, -1, -2)]
    kept = [slice(max(-low, 0), size - max(-high, 0)) for (low, high), size in zip(pairs, x.shape[1:-1], strict=True)]
    added = [(max(low, 0), max(high, 0)) for low, high in pairs]
    return np.pad(x[(slice(None), *kept)], [(0, 0), *added, (0, 0)], constant_values=value)


def windows(x: Any, size: Sequence[int], strides: Sequence[int], dilation: Sequence[int] | None = None) -> Any:
    """The windows of channels-last ``x``: (entry, *places, channel, *size)."""
    dilation = dilation or [1] * len(size)
    span = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    found = np.lib.stride_tricks.sliding_window_view(x, span, tuple(range(1, len(size) + 1)))
    steps = [slice(None, None, step) for step in strides]
    return found[(slice(None), *steps, slice(None), *(slice(None, None, step) for step in dilation))]
