"""Faults of cells, of states from call to call, and of masks that are no lengths."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded
from conformance_cases.faults._stand_ins import changed_result, with_options
from pytest_fwparity import fault


@fault(case="core:layers/LSTMCell", side="torch")
def cell_carry_alone(torch: Any, patch: Any) -> None:
    """The carry alone is 1e-7 too large; the output is right."""
    stock = torch._VF.lstm_cell

    def cell(*given: Any) -> Any:
        h, c = stock(*given)
        return h, c * (1 + 1e-7)

    patch(torch.nn.modules.rnn._VF, "lstm_cell", cell)


@fault(case="core:layers/GRUCell", side="keras", tier="float32")
def cell_input_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the input is rounded to bfloat16."""
    stock = keras.layers.GRUCell.call
    patch(
        keras.layers.GRUCell,
        "call",
        lambda self, inputs, states, training=False: stock(self, keras_rounded(keras, inputs), states, training),
    )


@fault(case="core:layers/StackedRNNCells", side="keras", variant="rnn")
def upper_cell_forgets(keras: Any, patch: Any) -> None:
    """Every cell but the first starts each step from zeros."""
    stock = keras.layers.StackedRNNCells.call

    def call(self: Any, inputs: Any, states: Any, training: bool = False, **options: Any) -> Any:
        first, *rest = states
        zeros = keras.tree.map_structure(keras.ops.zeros_like, rest)
        return stock(self, inputs, [first, *zeros], training=training, **options)

    patch(keras.layers.StackedRNNCells, "call", call)


@fault(case="core:layers/RNN", side="keras", variant="backwards")
def rnn_reads_forwards(keras: Any, patch: Any) -> None:
    """go_backwards=True does nothing."""
    with_options(patch, keras.layers.RNN, go_backwards=False)


@fault(case="core:layers/RecurrentMask", side="keras", variant="lstm_left")
def left_padding_taken_for_right(keras: Any, patch: Any) -> None:
    """A mask counts only by how many steps it keeps: the first ones are read."""
    stock = keras.layers.LSTM.call

    def call(self: Any, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        return stock(self, sequences, initial_state=initial_state, mask=keras.ops.flip(mask, 1), training=training)

    patch(keras.layers.LSTM, "call", call)


@fault(case="core:layers/InitialState", side="keras", variant="gru")
def given_state_ignored(keras: Any, patch: Any) -> None:
    """The first step starts from zeros."""
    stock = keras.layers.GRU.call

    def call(self: Any, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        zeros = keras.tree.map_structure(keras.ops.zeros_like, initial_state)
        return stock(self, sequences, initial_state=zeros, mask=mask, training=training)

    patch(keras.layers.GRU, "call", call)


@fault(case="core:layers/ConvLSTM1D", side="keras", variant="even")
def recurrent_convolution_shifted(keras: Any, patch: Any) -> None:
    """What the state is convolved to lies one place further on."""
    from keras.src.layers.rnn.conv_lstm import ConvLSTMCell

    changed_result(patch, ConvLSTMCell, "recurrent_conv", lambda y: keras.ops.roll(y, 1, axis=1))


@fault(case="core:layers/ConvLSTM2D", side="keras", variant="valid")
def convolutional_gates_hard(keras: Any, patch: Any) -> None:
    """Gates take the hard sigmoid, as they did in Keras 2."""
    with_options(patch, keras.layers.ConvLSTM2D, recurrent_activation="hard_sigmoid")


@fault(case="core:layers/ConvLSTM3D", side="keras", variant="same")
def input_convolution_one_ten_millionth(keras: Any, patch: Any) -> None:
    """What the input is convolved to is 1e-7 too large."""
    from keras.src.layers.rnn.conv_lstm import ConvLSTMCell

    changed_result(patch, ConvLSTMCell, "input_conv", lambda y: y * (1 + 1e-7))


@fault(case="core:layers/InitialState", side="torch", variant="gru", tier="gradient")
def given_state_without_gradient(torch: Any, patch: Any) -> None:
    """No gradient reaches the state that is given."""
    stock = torch._VF.gru
    patch(torch.nn.modules.rnn._VF, "gru", lambda x, state, *rest: stock(x, state.detach(), *rest))
