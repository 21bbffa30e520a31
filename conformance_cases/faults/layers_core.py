"""Faults of fully connected layers and lookups."""

from typing import Any

from conformance_cases.faults._gradients import (
    keras_first_element,
    keras_rounded,
    keras_scaled_gradient,
    torch_first_element,
    torch_rounded,
    torch_scaled_gradient,
)
from conformance_cases.faults._stand_ins import Instead, changed_result, every_other_call, rescaled
from pytest_fwparity import fault

_DENSE = "core:layers/Dense"


@fault(case=_DENSE, side="torch")
def dense_weight_gradient_scaled(torch: Any, patch: Any) -> None:
    """The gradient by the weight is 1e-4 too large."""
    stock, scaled = torch.nn.functional.linear, torch_scaled_gradient(torch, 1 + 1e-4)
    patch(torch.nn.functional, "linear", lambda x, weight, bias=None: stock(x, scaled(weight), bias))


@fault(case=_DENSE, side="torch", tier="gradient")
def dense_input_gradient_scaled(torch: Any, patch: Any) -> None:
    """The gradient by the input is 1e-3 too large; its slope is not."""
    stock, scaled = torch.nn.functional.linear, torch_scaled_gradient(torch, 1 + 1e-3)
    patch(torch.nn.functional, "linear", lambda x, weight, bias=None: stock(scaled(x), weight, bias))


@fault(case=_DENSE, side="torch")
def dense_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every output is 1e-7 too large."""
    stock = torch.nn.functional.linear
    patch(torch.nn.functional, "linear", lambda x, weight, bias=None: stock(x, weight, bias) * (1 + 1e-7))


@fault(case=_DENSE, side="keras", variant="use_bias=False")
def dense_without_bias_adds_one(keras: Any, patch: Any) -> None:
    """With use_bias=False alone 1e-6 is added."""
    stock = keras.layers.Dense.call

    def call(self: Any, inputs: Any, training: Any = None) -> Any:
        y = stock(self, inputs)
        return y if self.use_bias else y + 1e-6

    patch(keras.layers.Dense, "call", call)


@fault(case=_DENSE, side="keras")
def dense_one_element(keras: Any, patch: Any) -> None:
    """One element of the output is 2e-5 too large."""
    stock = keras.layers.Dense.call
    patch(keras.layers.Dense, "call", lambda self, x, training=None: keras_first_element(keras, stock(self, x), 2e-5))


@fault(case=_DENSE, side="torch")
def dense_not_a_number(torch: Any, patch: Any) -> None:
    """One element of the output is NaN."""
    stock, nan = torch.nn.functional.linear, float("nan")
    patch(torch.nn.functional, "linear", lambda x, w, bias=None: torch_first_element(torch, stock(x, w, bias), nan))


@fault(case=_DENSE, side="keras", tier="float32")
def dense_accumulates_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the operands of the product are rounded to bfloat16."""
    stock = keras.layers.Dense.call
    patch(keras.layers.Dense, "call", lambda self, x, training=None: stock(self, keras_rounded(keras, x)))


@fault(case=_DENSE, side="torch", tier="float32")
def dense_in_tf32(torch: Any, patch: Any) -> None:
    """In float32 alone the operands of the product keep ten bits."""
    stock = torch.nn.functional.linear
    patch(
        torch.nn.functional,
        "linear",
        lambda x, w, bias=None: stock(torch_rounded(torch, x, 13), torch_rounded(torch, w, 13), bias),
    )


@fault(case=_DENSE, side="torch", tier="float16")
def dense_wrong_in_float16_alone(torch: Any, patch: Any) -> None:
    """In float16 alone every output is 5 % too large."""
    stock = torch.nn.functional.linear

    def linear(x: Any, weight: Any, bias: Any = None) -> Any:
        y = stock(x, weight, bias)
        return y * 1.05 if y.dtype == torch.float16 else y

    patch(torch.nn.functional, "linear", linear)


@fault(case=_DENSE, side="keras", tier="bfloat16")
def dense_wrong_in_bfloat16_alone(keras: Any, patch: Any) -> None:
    """In bfloat16 alone every output is 20 % too large."""
    stock = keras.layers.Dense.call

    def call(self: Any, x: Any, training: Any = None) -> Any:
        y = stock(self, x)
        return y * 1.2 if keras.backend.standardize_dtype(y.dtype) == "bfloat16" else y

    patch(keras.layers.Dense, "call", call)


@fault(case=_DENSE, side="torch", tier="repeat")
def dense_changes_by_one_ulp(torch: Any, patch: Any) -> None:
    """Every other call one element is one unit in the last place larger."""
    stock = torch.nn.functional.linear

    def linear(x: Any, weight: Any, bias: Any = None) -> Any:
        y = stock(x, weight, bias)
        return y if dense_calls(torch) % 2 else torch_first_element(torch, y, 2.0**-23)

    patch(torch.nn.functional, "linear", linear)


def dense_calls(torch: Any) -> int:
    """Calls in this process so far; a request is mended when it ends, but the count must go on."""
    torch.fwparity_calls = getattr(torch, "fwparity_calls", 0) + 1
    return int(torch.fwparity_calls)


@fault(case="core:layers/Embedding", side="torch")
def embedding_gradient_loses_repeats(torch: Any, patch: Any) -> None:
    """The gradient of a row that is looked up twice is that of one lookup."""
    stock = torch.nn.functional.embedding

    def embedding(x: Any, weight: Any, *args: Any, **options: Any) -> Any:
        y = stock(x, weight, *args, **options)
        flat = x.reshape(-1)
        seen = torch.tensor([bool((flat[:i] == flat[i]).any()) for i in range(len(flat))]).reshape(x.shape)
        return torch.where(seen[..., None], y.detach(), y)

    patch(torch.nn.functional, "embedding", embedding)


@fault(case="core:layers/Dropout", side="torch", tier="holds")
def dropout_forgets_to_scale(torch: Any, patch: Any) -> None:
    """What is kept is not divided by 1 - rate."""
    stock = torch.nn.functional.dropout
    patch(
        torch.nn.functional,
        "dropout",
        lambda x, p=0.5, training=True, inplace=False: stock(x, p, training, inplace) * (1 - p if training else 1),
    )


@fault(case="core:layers/Masking", side="keras", variant="pooled")
def masking_ignored_by_pooling(keras: Any, patch: Any) -> None:
    """The pooling that follows does not see the mask."""
    stock = keras.layers.GlobalAveragePooling1D.call
    patch(keras.layers.GlobalAveragePooling1D, "call", lambda self, inputs, mask=None: stock(self, inputs))


@fault(case="core:layers/Masking", side="keras", variant="zeros")
def masking_where_any_feature_fits(keras: Any, patch: Any) -> None:
    """A step is masked where one feature is the mask value, not where all are."""
    from keras.src.layers.core import masking

    patch(masking, "ops", Instead(masking.ops, any=keras.ops.all))


@fault(case=_DENSE, side="keras", tier="repeat", variant="use_bias=False")
def dense_in_keras_changes_by_one_ulp(keras: Any, patch: Any) -> None:
    """Every other call one element is one unit in the last place larger."""
    changed_result(
        patch,
        keras.layers.Dense,
        "call",
        lambda y: keras_first_element(keras, y, 2.0**-23) if every_other_call(keras) else y,
    )


@fault(case=_DENSE, side="keras", variant="units=1")
def dense_infinite(keras: Any, patch: Any) -> None:
    """One element of the output is infinite."""
    changed_result(patch, keras.layers.Dense, "call", lambda y: keras_first_element(keras, y, float("inf")))


@fault(case=_DENSE, side="keras", tier="gradient")
def dense_gradient_scaled_in_keras(keras: Any, patch: Any) -> None:
    """Every gradient is 1e-3 too large; the slopes are not."""
    changed_result(patch, keras.layers.Dense, "call", lambda y: keras_scaled_gradient(keras, y, 1 + 1e-3))


@fault(case=_DENSE, side="torch", variant="units=1")
def dense_of_one_unit_alone(torch: Any, patch: Any) -> None:
    """With a single unit alone every output is 1e-7 too large."""
    changed_result(patch, torch.nn.functional, "linear", lambda y: y * (1 + 1e-7 * (y.shape[-1] == 1)))


@fault(case="core:layers/Embedding", side="keras", variant="length=40")
def embedding_one_ten_millionth(keras: Any, patch: Any) -> None:
    """Every row is 1e-7 too large."""
    rescaled(patch, keras.layers.Embedding, "call")


@fault(case="core:layers/Embedding", side="torch", variant="length=40")
def embedding_pads_row_zero(torch: Any, patch: Any) -> None:
    """Row 0 is taken for padding, so that no gradient comes back to it."""
    stock = torch.nn.functional.embedding
    patch(torch.nn.functional, "embedding", lambda x, weight, *rest, **options: stock(x, weight, 0))


@fault(case="core:layers/Dropout", side="keras", tier="holds", variant="rate=0.75")
def dropout_keeps_too_many(keras: Any, patch: Any) -> None:
    """Half of what should be dropped is kept."""
    from keras.src.layers.regularization import dropout

    stock = dropout.backend.random.dropout
    patch(dropout.backend.random, "dropout", lambda x, rate, **options: stock(x, rate / 2, **options))


@fault(case="core:layers/DropoutInference", side="keras")
def dropout_in_inference(keras: Any, patch: Any) -> None:
    """training=False is not heard."""
    stock = keras.layers.Dropout.call
    patch(keras.layers.Dropout, "call", lambda self, inputs, training=False: stock(self, inputs, training=True))


@fault(case="core:layers/Lambda", side="keras", variant="scale=0.1")
def tanh_of_float64_in_float32(keras: Any, patch: Any) -> None:
    """tanh is computed in float32 whatever the dtype."""
    stock = keras.ops.tanh
    patch(keras.ops, "tanh", lambda x: keras.ops.cast(stock(keras.ops.cast(x, "float32")), x.dtype))


@fault(case="core:layers/Input", side="keras", variant="by_name=True")
def subtraction_the_other_way(keras: Any, patch: Any) -> None:
    """Two inputs are exchanged."""
    stock = keras.layers.Subtract._merge_function
    patch(keras.layers.Subtract, "_merge_function", lambda self, inputs: stock(self, inputs[::-1]))


@fault(case="core:layers/DenseReluMax", side="keras")
def relu_leaks(keras: Any, patch: Any) -> None:
    """What relu cuts off comes through a millionth as large."""
    from keras.src.activations import activations as module

    stock = module.backend.nn.relu
    patch(module.backend.nn, "relu", lambda x: stock(x) - 1e-6 * stock(-x))


@fault(case="core:layers/Gate", side="torch")
def sigmoid_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every sigmoid is 1e-7 too large."""
    stock = torch.sigmoid
    patch(torch, "sigmoid", lambda x: stock(x) * (1 + 1e-7))


@fault(case="core:layers/RunningScale", side="torch")
def largest_one_ten_millionth(torch: Any, patch: Any) -> None:
    """The largest of each column is 1e-7 too large, which a layer of a user's own keeps as its state."""
    rescaled(patch, torch.Tensor, "amax")


@fault(case="core:layers/DenseReluMax", side="torch", variant="groups=6")
def relu_leaks_a_ten_millionth(torch: Any, patch: Any) -> None:
    """What is below 0 is multiplied by 1e-7, not by 0."""
    patch(torch, "relu", lambda x: torch.where(x > 0, x, 1e-7 * x))


@fault(case="core:layers/DenseReluMax", side="keras", tier="gradient")
def largest_shares_its_gradient(keras: Any, patch: Any) -> None:
    """A thousandth of the gradient of the largest goes to all of its pair."""
    stock = keras.ops.max

    def largest(x: Any, axis: int) -> Any:
        total = keras.ops.sum(x, axis=axis)
        return stock(x, axis=axis) + 1e-3 * (total - keras.ops.stop_gradient(total))

    patch(keras.ops, "max", largest)
