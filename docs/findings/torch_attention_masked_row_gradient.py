"""torch 2.13.0, CPU: scaled_dot_product_attention has a wrong gradient where an added mask of large negative numbers leaves nothing.

aten/src/ATen/native/cpu/FlashAttentionKernel.cpp keeps m + log(n) of each row, the logarithm of the sum of its exponentials, and
makes the shares anew from it on the way back: with m = -1e9 the log(n) is rounded away, and n equal shares of 1/n become 1 each. The
forward pass is right. Masks of -1e9 or finfo.min are what people (and Keras on torch, in ops.dot_product_attention) add for padding;
a row that is all padding gets a gradient n times too large. Seen by core:layers/AttentionNothingSeen on keras-torch.
"""

import sys

import torch

torch.manual_seed(0)
query, key, value = (torch.randn(1, 1, 4, 8, requires_grad=True) for _ in range(3))
mask = torch.full((1, 1, 4, 4), -1e9)
upstream = torch.randn(1, 1, 4, 8)

fused = torch.nn.functional.scaled_dot_product_attention(query, key, value, mask)
plain = torch.softmax(query @ key.mT / 8**0.5 + mask, -1) @ value
came = torch.autograd.grad(fused, value, upstream)[0]
expected = torch.autograd.grad(plain, value, upstream)[0]
print(f"outputs: {(fused - plain).abs().max():.1e} apart")
print(f"gradient by the values: expected {expected[0, 0, 0, :3].tolist()}, came {came[0, 0, 0, :3].tolist()}")
sys.exit(int((came - expected).abs().max() > 1e-3))
