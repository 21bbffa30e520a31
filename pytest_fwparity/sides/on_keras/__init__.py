"""Worker half: cases on Keras, over each of its backends."""

from pytest_fwparity.sides.on_keras.side import KerasSide

__all__ = ["KerasSide"]
