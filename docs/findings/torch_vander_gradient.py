"""torch 2.13.0: `torch.vander` cannot be differentiated: its backward pass raises RuntimeError.

It fills its result in place by a cumulative product over a view of itself, so that what autograd saved has changed.
`core:ops/Vander` therefore compares with powers.
"""

import sys

import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
print("expected the gradient [3, 5] of x**2 + x + 1")
try:
    torch.vander(x, 3).sum().backward()
except RuntimeError as error:
    print(f"came RuntimeError: {error}")
    sys.exit(1)
print("came", x.grad)
