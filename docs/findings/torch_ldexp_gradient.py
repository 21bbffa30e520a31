"""torch 2.13.0: the gradient of `torch.ldexp` with whole exponents is 0 where they are negative.

torch/csrc/autograd, derivatives.yaml: the gradient multiplies by `at::pow(2, other)` in whole numbers, where the forward pass
takes 2.0 (https://github.com/pytorch/pytorch/issues/187460).
Seen by: core:ops/Ldexp.
"""

import sys

import torch

x = torch.ones(3, requires_grad=True)
e = torch.tensor([-2, 0, 3], dtype=torch.int32)
(came,) = torch.autograd.grad(torch.ldexp(x, e).sum(), x)
expected = torch.ldexp(torch.ones(3), e)
print(f"expected {expected.tolist()}\ncame     {came.tolist()}")
sys.exit(not torch.equal(came, expected))
