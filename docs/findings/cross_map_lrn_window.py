"""torch 2.13.0: nn.CrossMapLRN2d never takes channel 0 out of its moving window, and its gradient is of another function.

``CrossMapLRN2d.forward`` in torch/nn/modules/_functions.py removes channel ``c - pre_pad`` where ``c > pre_pad``, which
should be ``>=``: the square of channel 0 stays in every window. The backward pass is that of the right windows, so that it
is not the derivative of the forward pass. Seen by core:ops/LocalResponseNorm[cross_map].
"""

import sys

import torch

x = torch.zeros(1, 6, 1, 1, dtype=torch.float64)
x[0, 0], x[0, 4] = 100.0, 1.0
found = torch.nn.CrossMapLRN2d(3, alpha=3.0, beta=1.0, k=1.0)(x)[0, 4].item()
expected = torch.nn.LocalResponseNorm(3, alpha=3.0, beta=1.0, k=1.0)(x)[0, 4].item()
print(f"channel 4, whose window is channels 3 to 5: expected {expected}, came {found} (channel 0 is in it)")
sys.exit(abs(found - expected) > 1e-6)
