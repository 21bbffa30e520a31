"""Worker half: cases on native PyTorch."""

from pytest_fwparity.sides.on_torch.side import TorchSide

__all__ = ["TorchSide"]
