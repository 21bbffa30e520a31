"""Faults of recurrent layers."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded, torch_rounded, torch_scaled_gradient
from conformance_cases.faults._stand_ins import Instead
from pytest_fwparity import fault

_LSTM, _GRU = "core:layers/LSTM", "core:layers/GRU"


@fault(case=_LSTM, side="keras", variant="sequences", tier="float32")
def lstm_carry_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the carry is rounded to bfloat16 at every step."""
    stock = keras.layers.LSTMCell.call

    def call(self: Any, inputs: Any, states: Any, training: bool = False) -> Any:
        h, carry = states
        return stock(self, inputs, [h, keras_rounded(keras, carry)], training)

    patch(keras.layers.LSTMCell, "call", call)


@fault(case=_LSTM, side="torch", variant="last")
def lstm_last_carry_alone(torch: Any, patch: Any) -> None:
    """The last carry alone is 1e-7 too large; outputs are right."""
    stock = torch._VF.lstm

    def lstm(*given: Any) -> Any:
        y, h, c = stock(*given)
        return y, h, c * (1 + 1e-7)

    patch(torch.nn.modules.rnn._VF, "lstm", lstm)


@fault(case=_LSTM, side="torch", variant="masked_zeros")
def packed_lengths_ignored(torch: Any, patch: Any) -> None:
    """Every packed sequence is taken to be of full length."""
    from torch.nn.utils import rnn

    stock = rnn.pack_padded_sequence

    def pack(x: Any, lengths: Any, *args: Any, **options: Any) -> Any:
        return stock(x, torch.full_like(lengths, x.shape[1]), *args, **options)

    patch(rnn, "pack_padded_sequence", pack)


@fault(case="core:layers/BidirectionalLSTM", side="keras", variant="sequences")
def backward_sequence_not_turned(keras: Any, patch: Any) -> None:
    """What the backward layer gives is not turned round before it is joined."""
    from keras.src.layers.rnn import bidirectional

    patch(bidirectional, "ops", Instead(bidirectional.ops, flip=lambda x, axis=None: x))


@fault(case=_GRU, side="keras", variant="last")
def gru_leaves_out_the_last_step(keras: Any, patch: Any) -> None:
    """The last step is not read."""
    stock = keras.layers.GRU.inner_loop
    patch(
        keras.layers.GRU,
        "inner_loop",
        lambda self, sequences, initial_state, mask, training=False: stock(
            self, sequences[:, :-1], initial_state, mask, training
        ),
    )


@fault(case=_GRU, side="torch", variant="sequences", tier="gradient")
def gru_input_gradient_scaled(torch: Any, patch: Any) -> None:
    """The gradient by the input is 1e-3 too large; its slope is not."""
    stock, scaled = torch._VF.gru, torch_scaled_gradient(torch, 1 + 1e-3)
    patch(torch.nn.modules.rnn._VF, "gru", lambda x, *rest: stock(scaled(x), *rest))


@fault(case=_GRU, side="keras", variant="masked_zeros", tier="float32")
def gru_inputs_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone inputs are rounded to bfloat16."""
    stock = keras.layers.GRUCell.call
    patch(
        keras.layers.GRUCell,
        "call",
        lambda self, inputs, states, training=False: stock(self, keras_rounded(keras, inputs), states, training),
    )


@fault(case="core:layers/GRUResetBefore", side="keras", variant="forwards")
def gru_resets_after(keras: Any, patch: Any) -> None:
    """The candidate's state is not reset."""
    from keras.src.layers.rnn import gru

    stock = keras.layers.GRUCell.call

    def call(self: Any, inputs: Any, states: Any, training: bool = False) -> Any:
        if self.reset_after:
            return stock(self, inputs, states, training)
        ops, (h,) = gru.ops, states
        z, _, n = ops.split(ops.matmul(inputs, self.kernel) + self.bias, 3, -1)
        by_z, _, by_n = ops.split(self.recurrent_kernel, 3, -1)
        z, n = ops.sigmoid(z + ops.matmul(h, by_z)), ops.tanh(n + ops.matmul(h, by_n))
        h = z * h + (1 - z) * n
        return h, [h]

    patch(keras.layers.GRUCell, "call", call)


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
