"""Faults of convolutions, pooling, recurrent layers and attention."""

from typing import Any

from conformance_cases.faults._gradients import torch_rounded
from pytest_fwparity import fault

_CONV, _LSTM, _ATTENTION = "core:layers/Conv2D", "core:layers/LSTM", "core:layers/MultiHeadAttention"


@fault(case=_CONV, side="keras", variant="strided")
def convolution_pads_like_torch(keras: Any, patch: Any) -> None:
    """'same' pads both ends alike."""
    from keras.src.layers.convolutional.base_conv import BaseConv

    stock = BaseConv.convolution_op

    def convolve(self: Any, inputs: Any, kernel: Any) -> Any:
        if self.padding != "same":
            return stock(self, inputs, kernel)
        pads = [[0, 0], *([k // 2, k // 2] for k in self.kernel_size), [0, 0]]
        return keras.ops.conv(keras.ops.pad(inputs, pads), kernel, list(self.strides), "valid")

    patch(BaseConv, "convolution_op", convolve)


def _torch_conv(torch: Any, patch: Any, change: Any) -> None:
    stock = torch.nn.functional.conv2d
    patch(torch.nn.functional, "conv2d", lambda x, w, *rest, **options: change(stock, x, w, *rest, **options))


@fault(case=_CONV, side="torch", variant="grouped")
def grouped_convolution_one_ten_millionth(torch: Any, patch: Any) -> None:
    """With groups alone every output is 1e-7 too large."""

    def change(stock: Any, x: Any, w: Any, *rest: Any, **options: Any) -> Any:
        return stock(x, w, *rest, **options) * (1 + 1e-7 * (rest[-1] > 1))

    _torch_conv(torch, patch, change)


@fault(case=_CONV, side="torch", variant="plain", tier="float32")
def convolution_in_tf32(torch: Any, patch: Any) -> None:
    """In float32 alone the operands keep ten bits."""

    def change(stock: Any, x: Any, w: Any, *rest: Any, **options: Any) -> Any:
        return stock(torch_rounded(torch, x, 13), torch_rounded(torch, w, 13), *rest, **options)

    _torch_conv(torch, patch, change)


@fault(case="core:layers/MaxPooling2D", side="torch", variant="plain")
def pooling_takes_the_average(torch: Any, patch: Any) -> None:
    """The mean of a window in the place of its largest."""

    def pool(x: Any, size: Any, stride: Any, *rest: Any, **options: Any) -> Any:
        return torch.nn.functional.avg_pool2d(x, size, stride)

    patch(torch.nn.functional, "max_pool2d", pool)


def _lstm_weights(torch: Any, patch: Any, change: Any) -> None:
    """``change(weights)`` before torch's LSTM kernel is called."""
    stock = torch._VF.lstm

    def lstm(x: Any, *rest: Any) -> Any:
        given = list(rest)
        at = next(index for index, value in enumerate(given) if isinstance(value, list) and len(value) >= 4)
        given[at] = change(given[at])
        return stock(x, *given)

    patch(torch.nn.modules.rnn._VF, "lstm", lstm)


@fault(case=_LSTM, side="torch", variant="sequences")
def lstm_gates_swapped(torch: Any, patch: Any) -> None:
    """The input and the forget gate are exchanged."""

    def swapped(weight: Any) -> Any:
        i, f, c, o = weight.chunk(4, 0)
        return torch.cat([f, i, c, o], 0)

    _lstm_weights(torch, patch, lambda weights: [swapped(weight) for weight in weights])


@fault(case=_LSTM, side="keras", variant="sequences")
def lstm_with_hard_sigmoid(keras: Any, patch: Any) -> None:
    """Gates take the hard sigmoid."""
    made = keras.layers.LSTM.__init__

    def init(self: Any, units: int, **options: Any) -> None:
        made(self, units, **{**options, "recurrent_activation": "hard_sigmoid"})

    patch(keras.layers.LSTM, "__init__", init)


@fault(case=_LSTM, side="torch", variant="sequences", tier="float32")
def lstm_weights_in_bfloat16(torch: Any, patch: Any) -> None:
    """In float32 alone the weights are rounded to bfloat16."""
    _lstm_weights(torch, patch, lambda weights: [torch_rounded(torch, weight) for weight in weights])


@fault(case=_LSTM, side="torch", variant="sequences", tier="float32")
def lstm_runs_a_loop(torch: Any, patch: Any) -> None:
    """The same values come from a loop in Python: no value tells, only what ran."""

    def lstm(x: Any, state: Any, weights: Any, *_: Any) -> Any:
        w_x, w_h, b_x, b_h = weights
        h, c, y = state[0][0], state[1][0], []
        for step in x.unbind(1):
            i, f, g, o = (step @ w_x.T + b_x + h @ w_h.T + b_h).chunk(4, -1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            y.append(h)
        return torch.stack(y, 1), h[None], c[None]

    patch(torch.nn.modules.rnn._VF, "lstm", lstm)


@fault(case="core:layers/GRU", side="keras", variant="masked")
def gru_mask_ignored(keras: Any, patch: Any) -> None:
    """The mask is not used."""
    stock = keras.layers.GRU.call
    patch(
        keras.layers.GRU,
        "call",
        lambda self, sequences, initial_state=None, mask=None, training=False: stock(
            self, sequences, initial_state=initial_state, mask=None, training=training
        ),
    )


@fault(case="core:layers/GRUResetBefore", side="keras", variant="backwards")
def go_backwards_ignored(keras: Any, patch: Any) -> None:
    """go_backwards=True does nothing."""
    made = keras.layers.GRU.__init__

    def init(self: Any, units: int, **options: Any) -> None:
        made(self, units, **{**options, "go_backwards": False})

    patch(keras.layers.GRU, "__init__", init)


@fault(case=_ATTENTION, side="keras", variant="plain")
def attention_scale_wrong(keras: Any, patch: Any) -> None:
    """Scores are divided by the root of the key size + 1."""
    stock = keras.layers.MultiHeadAttention.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        stock(self, *args, **options)
        self._inverse_sqrt_key_dim = (self._key_dim + 1) ** -0.5

    patch(keras.layers.MultiHeadAttention, "__init__", init)


@fault(case=_ATTENTION, side="torch", variant="plain")
def attention_output_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every output is 1e-7 too large."""
    stock = torch.nn.MultiheadAttention.forward

    def forward(self: Any, *args: Any, **options: Any) -> Any:
        y, weights = stock(self, *args, **options)
        return y * (1 + 1e-7), weights

    patch(torch.nn.MultiheadAttention, "forward", forward)


@fault(case=_ATTENTION, side="torch", variant="plain", tier="float32")
def attention_in_tf32(torch: Any, patch: Any) -> None:
    """In float32 alone the inputs keep ten bits."""
    stock = torch.nn.MultiheadAttention.forward

    def forward(self: Any, query: Any, key: Any, value: Any, **options: Any) -> Any:
        return stock(self, *(torch_rounded(torch, part, 13) for part in (query, key, value)), **options)

    patch(torch.nn.MultiheadAttention, "forward", forward)


@fault(case=_ATTENTION, side="torch", variant="plain", tier="float32")
def attention_probabilities_in_bfloat16(torch: Any, patch: Any) -> None:
    """In float32 alone attention is computed in bfloat16."""
    stock = torch.nn.functional.scaled_dot_product_attention

    def attention(query: Any, key: Any, value: Any, *rest: Any, **options: Any) -> Any:
        if query.dtype != torch.float32:
            return stock(query, key, value, *rest, **options)
        return stock(query.bfloat16(), key.bfloat16(), value.bfloat16(), *rest, **options).float()

    patch(torch.nn.functional, "scaled_dot_product_attention", attention)
