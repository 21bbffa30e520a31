"""What trainings of two dense layers share."""

from typing import Any

from pytest_fwparity import TrainingCase


class TwoLayerCase(TrainingCase, abstract=True):
    """Keras names its layers hidden and head; torch has a Sequential of linear, activation, linear."""

    def torch_weights(
        self, torch: Any, hidden_kernel: Any, hidden_bias: Any, head_kernel: Any, head_bias: Any
    ) -> dict[str, Any]:
        hidden = {"0.weight": hidden_kernel.T, "0.bias": hidden_bias}
        return {**hidden, "2.weight": head_kernel.T, "2.bias": head_bias}
