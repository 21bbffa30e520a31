"""torch 2.13.0, CPU: SGD(fused=True) leaves float16 and bfloat16 parameters of 16 elements and more where they are.

Why: the vectorized loop for half precision computes the step and the momentum, but stores no parameter, and reads
momentum buffers of half precision as float32; only the rest of a division by the vector's width is moved (pytorch#191763).
Where: aten/src/ATen/native/cpu/FusedSGDKernel.cpp, sgd_math for Half and BFloat16.
Seen by: core:optimizers/SGDMomentum[nesterov=True,path=fused], core:optimizers/SGDDampening[path=fused]
"""

import sys

import torch

off = 0.0
for dtype in (torch.float16, torch.bfloat16):
    parameter = torch.nn.Parameter(torch.zeros(33, dtype=dtype))
    parameter.grad = torch.ones_like(parameter)
    torch.optim.SGD([parameter], 0.5, fused=True).step()
    print(f"{dtype}: expected -0.5 everywhere, came {parameter.detach().unique().tolist()}")
    off = max(off, float((parameter.detach().float() + 0.5).abs().max()))
sys.exit(off > 0)
