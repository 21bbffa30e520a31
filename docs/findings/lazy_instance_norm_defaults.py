"""torch 2.13.0: nn.LazyInstanceNorm1d, 2d and 3d learn and track statistics by default, which their documentation denies.

Their docstrings say "affine: Default: False" and "track_running_stats: Default: False", as InstanceNorm has it; their
``__init__`` is that of ``_LazyNormBase`` in torch/nn/modules/batchnorm.py, made for BatchNorm, where both are True. In
inference the two therefore compute different functions. Seen by core:layers/InstanceNormalization[lazy_sequence], which
passes both arguments.
"""

import sys

import torch

torch.manual_seed(0)
x = torch.randn(2, 3, 5) * 4 + 7
lazy, plain = torch.nn.LazyInstanceNorm1d().eval(), torch.nn.InstanceNorm1d(3).eval()
found, expected = lazy(x), plain(x)
print(
    f"affine: documented False, came {lazy.affine}; track_running_stats: documented False, came {lazy.track_running_stats}"
)
print(
    f"largest output in inference: InstanceNorm1d {expected.abs().max():.3f}, LazyInstanceNorm1d {found.abs().max():.3f}"
)
sys.exit(lazy.affine or lazy.track_running_stats)
