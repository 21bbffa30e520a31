"""cuDNN 9.19 under torch 2.11.0: tanh in the recurrent kernels is off by up to 180 roundings of float32, TF32 forbidden.

``torch.tanh`` on the same card is off by 2, and so is ``torch.nn.RNN`` without cuDNN. Where |tanh x| is 0.001 or more the error is
60 roundings root mean square (relative 3.6e-6), as of an approximation with 18 bits; the logistic function is exact to 3.
LSTM, GRU and RNN share it. Measured on an H100. Seen by core:layers/SimpleRNN, GRU, LSTM and BidirectionalLSTM. Needs a GPU.
"""

import sys

import torch

if not torch.cuda.is_available():
    print("needs an NVIDIA GPU; nothing was tried")
    sys.exit(0)

torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
x = torch.logspace(-3, 1, 4096)
module = torch.nn.RNN(1, 1, batch_first=True).cuda()
with torch.no_grad():
    for parameter in module.parameters():
        parameter.zero_()
    module.weight_ih_l0.fill_(1)  # one step gives tanh(x)
    given = x.cuda().reshape(-1, 1, 1)
    found = {"torch.tanh": torch.tanh(given), "torch.nn.RNN by cuDNN": module(given)[0]}
    with torch.backends.cudnn.flags(enabled=False):
        found["torch.nn.RNN without cuDNN"] = module(given)[0]
exact = torch.tanh(x.double())
worst = {
    name: float(((y.flatten().cpu().double() - exact) / (exact * 2.0**-24)).abs().max()) for name, y in found.items()
}
for name, units in worst.items():
    print(f"{name}: off by up to {units:.3g} roundings; expected 4 at most")
defect = worst["torch.nn.RNN by cuDNN"] > 16
print("the defect is there" if defect else "gone")
sys.exit(defect)
