"""A loss: every reduction, with and without sample weights and a mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pytest_fwparity.cases.base import Case
from pytest_fwparity.cases.differences import difference


class LossCase(Case, abstract=True):
    """A Keras loss object against one value per sample from PyTorch.

    The kind draws sample weights and a mask of the shape of one sample's value and asks every reduction with and
    without them: the settings are named ``y[sum,weighted,masked]``.
    """

    kind = "loss"
    home = "losses"
    required = ("keras", "torch", "inputs")
    hooks: ClassVar[dict[str, tuple[str, ...]]] = {
        "inputs": ("rng",),
        "keras": ("keras", "reduction"),
        "torch": ("torch", "*torch_inputs"),
        "torch_inputs": ("torch", "*inputs"),
        "torch_reduce": ("torch", "values", "reduction", "sample_weight", "mask"),
        "reference": ("*inputs",),
    }

    #: rank of the array of one value per sample
    sample_rank: ClassVar[int] = 1
    #: Keras' names of the reductions asked
    reductions: ClassVar[tuple[str, ...]] = ("none", "sum", "sum_over_batch_size", "mean_with_sample_weight")
    #: oldest release of a framework that knows a reduction; on an older one that setting is left out, and said so
    reduction_needs: ClassVar[Mapping[str, Mapping[str, str]]] = {"mean_with_sample_weight": {"keras": "3.7"}}
    #: inputs whose gradient is compared
    differentiate: ClassVar[tuple[str, ...]] = ("y_pred",)

    def inputs(self, rng: Any) -> dict[str, Any]:
        """``{"y_true": ..., "y_pred": ...}`` as NumPy arrays."""
        raise AssertionError("required hook")

    def keras(self, keras: Any, reduction: str) -> Any:
        """The Keras loss object with that reduction."""
        raise AssertionError("required hook")

    def torch(self, torch: Any, *_: Any, **inputs: Any) -> Any:
        """One value per sample."""
        raise AssertionError("required hook")

    def torch_inputs(self, torch: Any, *_: Any, **inputs: Any) -> dict[str, Any]:
        """Layout of the inputs."""
        return inputs

    def torch_reduce(self, torch: Any, values: Any, reduction: str, sample_weight: Any, mask: Any) -> Any:
        """Keras' rule (``keras/src/losses/loss.py``): the mask becomes a weight, then weigh, then reduce.

        Under ``sum_over_batch_size`` a kept sample weighs total / kept, so that the mean is over what is kept; under
        ``mean_with_sample_weight`` the divisor is the sum of the weights.
        """
        return reduced(values, reduction, sample_weight, mask)

    @difference(
        replaces="torch_reduce",
        why="before 3.13 Keras divides a masked mean by the number of kept samples + 1e-7",
        source="keras/src/losses/loss.py, apply_mask",
        versions={"keras": "<3.13"},
    )
    def masked_mean_with_epsilon(self, torch: Any, values: Any, reduction: str, sample_weight: Any, mask: Any) -> Any:
        return reduced(values, reduction, sample_weight, mask, 1e-7)


def reduced(values: Any, reduction: str, sample_weight: Any, mask: Any, epsilon: float = 0.0) -> Any:
    """One value per sample to the loss; ``epsilon`` is added to the number of kept samples."""
    weight = None
    if mask is not None:
        weight = mask.to(values.dtype)
        if reduction == "sum_over_batch_size":
            weight = weight * (mask.numel() / (mask.sum() + epsilon))
    if sample_weight is not None:
        weight = sample_weight if weight is None else sample_weight * weight
    if weight is not None:
        values = values * weight
    if reduction == "none":
        return values
    total = values.sum()
    if reduction == "sum_over_batch_size":
        return total / values.numel()
    if reduction == "mean_with_sample_weight":
        return total / (values.numel() if weight is None else weight.sum())
    return total


def setting_names(reductions: Sequence[str]) -> list[tuple[str, str, bool, bool]]:
    """(suffix, reduction, weighted, masked) of every setting."""
    return [
        (",".join([reduction, *["weighted"] * weighted, *["masked"] * masked]), reduction, weighted, masked)
        for reduction in reductions
        for weighted in (False, True)
        for masked in (False, True)
    ]
