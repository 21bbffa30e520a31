"""torch 2.13.0: the gradient of ``celu`` takes ``alpha`` rounded to float32, in float64 too.

tools/autograd/derivatives.yaml, celu: ``elu_backward(grad, alpha, 1, 1.0/alpha.toFloat(), ...)``; the forward pass takes
``1. / alpha.to<double>()``. Seen by core:activations/Celu[alpha=0.3].
"""

import sys

import numpy as np
import torch

x = torch.tensor([-0.11], dtype=torch.float64, requires_grad=True)
torch.nn.functional.celu(x, 0.3).backward()
expected, found = float(np.exp(-0.11 / 0.3)), float(x.grad[0])
print(f"expected {expected!r}\ncame     {found!r}, off by {abs(found / expected - 1):.1e} of it")
sys.exit(abs(found / expected - 1) > 1e-12)
