"""Faults of layers that merge inputs, and of similarities of two."""

from typing import Any

from conformance_cases.faults._gradients import torch_scaled_gradient
from conformance_cases.faults._stand_ins import changed_result, rescaled, with_options
from pytest_fwparity import fault


@fault(case="core:layers/Add", side="keras")
def add_leaves_out_the_last(keras: Any, patch: Any) -> None:
    """The third of three inputs is left out."""
    stock = keras.layers.Add._merge_function
    patch(keras.layers.Add, "_merge_function", lambda self, inputs: stock(self, inputs[:2]))


@fault(case="core:layers/Average", side="keras", variant="form=function")
def average_of_the_first_two(keras: Any, patch: Any) -> None:
    """The sum is divided by two, however many there are."""
    stock = keras.layers.Average._merge_function
    patch(keras.layers.Average, "_merge_function", lambda self, inputs: stock(self, inputs) * (len(inputs) / 2))


@fault(case="core:layers/Multiply", side="torch")
def product_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every product is 1e-7 too large."""
    rescaled(patch, torch, "mul")


@fault(case="core:layers/Subtract", side="keras", variant="form=function")
def subtract_exchanged(keras: Any, patch: Any) -> None:
    """The function takes the first from the second."""
    stock = keras.layers.subtract
    patch(keras.layers, "subtract", lambda inputs, **options: stock(inputs[::-1], **options))


@fault(case="core:layers/Maximum", side="torch", tier="gradient")
def maximum_gradient(torch: Any, patch: Any) -> None:
    """The gradient by the first input is 1e-3 too large; its slope is not."""
    stock, scaled = torch.maximum, torch_scaled_gradient(torch, 1 + 1e-3)
    patch(torch, "maximum", lambda x, y: stock(scaled(x), y))


@fault(case="core:layers/Minimum", side="keras", tier="float32")
def minimum_in_float32_alone(keras: Any, patch: Any) -> None:
    """In float32 alone every value is 1e-4 too large."""
    rescaled(patch, keras.layers.Minimum, "_merge_function", 1e-4, dtype="float32")


@fault(case="core:layers/Concatenate", side="torch", variant="axis=1")
def concatenated_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every value is 1e-7 too large."""
    rescaled(patch, torch, "cat")


@fault(case="core:layers/Concatenate", side="keras", variant="axis=1,form=function")
def concatenated_in_another_order(keras: Any, patch: Any) -> None:
    """The last input comes first."""
    stock = keras.layers.concatenate
    patch(keras.layers, "concatenate", lambda inputs, axis=-1, **options: stock(inputs[::-1], axis, **options))


@fault(case="core:layers/Dot", side="keras", variant="cosines")
def dot_not_normalized(keras: Any, patch: Any) -> None:
    """normalize=True is not heard."""
    with_options(patch, keras.layers.Dot, normalize=False)


@fault(case="core:layers/Dot", side="torch", variant="matrices")
def dot_gradient(torch: Any, patch: Any) -> None:
    """The gradient by the first input is 1e-4 too large."""
    stock, scaled = torch.bmm, torch_scaled_gradient(torch, 1 + 1e-4)
    patch(torch, "bmm", lambda x, y: stock(scaled(x), y))


@fault(case="core:layers/CosineSimilarity", side="keras")
def cosine_one_ten_millionth(keras: Any, patch: Any) -> None:
    """Every cosine is 1e-7 too large."""
    rescaled(patch, keras.losses, "cosine_similarity")


@fault(case="core:layers/CosineSimilarity", side="torch", variant="axis=-1,form=function")
def cosine_over_another_axis(torch: Any, patch: Any) -> None:
    """One vector is turned round along the axis that is kept."""
    stock = torch.nn.functional.cosine_similarity
    patch(torch.nn.functional, "cosine_similarity", lambda a, b, dim=1, eps=1e-8: stock(a.flip(1), b, dim, eps))


@fault(case="core:layers/PairwiseDistance", side="torch", variant="form=function")
def distance_without_epsilon(torch: Any, patch: Any) -> None:
    """1e-6 is not added to the difference."""
    stock = torch.nn.functional.pairwise_distance
    patch(
        torch.nn.functional,
        "pairwise_distance",
        lambda a, b, p=2.0, eps=1e-6, keepdim=False: stock(a, b, p, 0.0, keepdim),
    )


@fault(case="core:layers/Normalized", side="keras", variant="p=3")
def normalize_ignores_the_order(keras: Any, patch: Any) -> None:
    """The norm is the second, whatever was asked for."""
    stock = keras.ops.normalize
    patch(keras.ops, "normalize", lambda x, axis=-1, order=2, epsilon=None: stock(x, axis))


@fault(case="core:layers/Normalized", side="torch")
def normalize_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every value is 1e-7 too large."""
    changed_result(patch, torch.nn.functional, "normalize", lambda y: y * (1 + 1e-7))
