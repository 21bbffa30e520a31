"""torch 2.13.0: LPPool with ceil_mode=True gives windows that leave the image more than the norm of what they hold.

``lp_pool2d`` in torch/nn/functional.py takes the mean over what lies inside the image and multiplies it by the size of the
whole window; the documentation says that the sum of powers over the window is taken.
Seen by core:layers/LPPool[partial].
"""

import sys

import torch

x = torch.tensor([[[3.0, 4.0, 5.0]]])
found = torch.nn.LPPool1d(2, 2, ceil_mode=True)(x)[0, 0].tolist()
expected = [5.0, 5.0]
print(f"norms of the windows (3, 4) and (5): expected {expected}, came {found}")
sys.exit(abs(found[1] - expected[1]) > 1e-6)
