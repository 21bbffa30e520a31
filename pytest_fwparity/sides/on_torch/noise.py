"""Monte Carlo arithmetic: move the result of every operation that rounds, forward and backward.

After Parker (1997) and Verificarlo: outbound noise, a relative +-delta for each element of each floating result.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

#: operations whose results are exact, or only copied, chosen or filled
_EXACT = frozenset(
    {
        *("abs", "neg", "relu", "relu_", "sign", "round", "floor", "ceil", "trunc", "clamp", "clamp_", "clamp_min"),
        *("max", "min", "amax", "amin", "maximum", "minimum", "sort", "topk", "argmax", "argmin", "where", "threshold"),
        *("threshold_backward", "masked_fill", "masked_fill_", "index", "index_select", "gather", "embedding", "flip"),
        *("cat", "stack", "clone", "copy_", "_to_copy", "constant_pad_nd", "new_zeros", "new_ones", "zeros_like"),
        *(
            "ones_like",
            "full_like",
            "zeros",
            "ones",
            "full",
            "empty",
            "empty_like",
            "new_empty",
            "new_full",
            "scalar_tensor",
        ),
        *("zero_", "fill_", "arange", "lift_fresh", "repeat", "roll", "tril", "triu", "detach", "_unsafe_view"),
        *("slice_backward", "select_backward", "max_pool2d_with_indices", "max_pool2d_with_indices_backward"),
        *("_local_scalar_dense", "item", "bernoulli_", "rand", "randn", "set_", "resize_", "new_empty_strided"),
        *("empty_strided", "value_selecting_reduction_backward", "masked_select", "masked_scatter", "scatter"),
    }
)


@contextlib.contextmanager
def noise(torch: Any, index: int, delta: float) -> Iterator[None]:
    """Every float64 result that an operation rounds is multiplied by 1 +- delta while this is entered."""
    from torch.utils._python_dispatch import TorchDispatchMode

    generator = torch.Generator().manual_seed(index)

    def moved(value: Any) -> Any:
        signs = torch.randint(0, 2, tuple(value.shape), generator=generator).to(value.device, value.dtype) * 2 - 1
        return value.mul_(1 + delta * signs)

    class Noise(TorchDispatchMode):  # type: ignore[misc]
        def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            result = function(*args, **(kwargs or {}))
            name = function._schema.name.split("::")[-1]
            if name in _EXACT or function.is_view:
                return result
            for value in result if isinstance(result, (tuple, list)) else (result,):
                if isinstance(value, torch.Tensor) and value.dtype == torch.float64:
                    moved(value)
            return result

    with Noise():
        yield
