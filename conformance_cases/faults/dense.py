"""Faults of fully connected layers in their other forms."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded
from conformance_cases.faults._stand_ins import Instead, rescaled
from pytest_fwparity import fault


@fault(case="core:layers/EinsumDense", side="keras", variant="heads", tier="float32")
def contraction_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone what is contracted is rounded to bfloat16."""
    from keras.src.layers.core import einsum_dense as module

    stock = module.ops.einsum
    exchanged = Instead(module.ops, einsum=lambda letters, x, w: stock(letters, keras_rounded(keras, x), w))
    patch(module, "ops", exchanged)


@fault(case="core:layers/EinsumDense", side="torch", variant="time")
def contraction_one_ten_millionth(torch: Any, patch: Any) -> None:
    """torch.einsum is 1e-7 too large."""
    rescaled(patch, torch, "einsum")


@fault(case="core:layers/Linear", side="torch", variant="functional")
def bias_left_out(torch: Any, patch: Any) -> None:
    """The function leaves its bias out."""
    stock = torch.nn.functional.linear
    patch(torch.nn.functional, "linear", lambda x, weight, bias=None: stock(x, weight))


@fault(case="core:layers/Bilinear", side="torch", variant="module")
def bilinear_bias_twice(torch: Any, patch: Any) -> None:
    """The bias is added twice."""
    stock = torch.nn.functional.bilinear
    patch(torch.nn.functional, "bilinear", lambda one, two, weight, bias=None: stock(one, two, weight, bias) + bias)


@fault(case="core:layers/GroupedMatmul", side="torch", variant="jagged", tier="float32")
def one_row_in_the_next_group(torch: Any, patch: Any) -> None:
    """The last row of the first group is multiplied by the matrix of another."""
    stock = torch.nn.functional.grouped_mm
    patch(
        torch.nn.functional,
        "grouped_mm",
        lambda x, kernels, offs=None: stock(x, kernels, offs=offs - (offs == offs[0]).to(offs.dtype)),
    )
