"""Augmentations of images where chance is left no choice."""

from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, difference, grid


class Augmented(LayerCase, abstract=True):
    """Images of three channels whose values lie within a range."""

    low: float = 0.0
    high: float = 255.0
    variants = grid(high=[255.0, 1.0]) | grid(low=[-1.0], high=[1.0])
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": self.low + (self.high - self.low) * rng.uniform(0.1, 0.9, size=(2, 3, 4, 3))}

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return layer(x, training=True)


class RandomInvert(Augmented):
    """With certainty every value is mirrored within its range."""

    def keras(self, keras: Any) -> Any:
        return keras.layers.RandomInvert(factor=(1.0, 1.0), value_range=(self.low, self.high))

    def torch(self, torch: Any) -> Any:
        return lambda x: self.low + self.high - x

    def reference(self, x: Any) -> Any:
        return self.low + self.high - x

    @difference(
        replaces="torch",
        why="Keras leaves the lower end of the range out, so that values leave a range that does not begin at zero",
        source="keras/src/layers/preprocessing/image_preprocessing/random_invert.py, transform_images",
        when=lambda case: case.low != 0,
    )
    def from_the_upper_end(self, torch: Any) -> Any:
        return lambda x: self.high - x


class Solarization(Augmented):
    """Without an addition and a threshold every value is mirrored within its range."""

    def keras(self, keras: Any) -> Any:
        return keras.layers.Solarization(value_range=(self.low, self.high))

    def torch(self, torch: Any) -> Any:
        return lambda x: self.low + self.high - x

    def reference(self, x: Any) -> Any:
        return self.low + self.high - x


class RandomGrayscale(Augmented):
    """With certainty each channel becomes the luminance 0.2989 red + 0.587 green + 0.114 blue."""

    channels_first: bool = False
    variants = grid(channels_first=[False, True])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.uniform(0, 255, size=(2, 3, 4, 5) if self.channels_first else (2, 4, 5, 3))}

    def keras(self, keras: Any) -> Any:
        layout = "channels_first" if self.channels_first else "channels_last"
        return keras.layers.RandomGrayscale(factor=1.0, data_format=layout)

    def torch(self, torch: Any) -> Any:
        def gray(x: Any) -> Any:
            axis = 1 if self.channels_first else -1
            red, green, blue = x.unbind(axis)
            return (0.2989 * red + 0.587 * green + 0.114 * blue).unsqueeze(axis).expand(x.shape)

        return gray

    def reference(self, x: Any) -> Any:
        axis = 1 if self.channels_first else -1
        weights = np.array([0.2989, 0.587, 0.114])
        return np.broadcast_to(np.expand_dims(np.tensordot(x, weights, (axis, 0)), axis), x.shape)


class AutoContrast(Augmented):
    """Each channel of each image is stretched to the whole range; one without contrast stays as it is."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.uniform(0.2, 0.8, size=(2, 3, 4, 3))
        x[:, 0, 0], x[:, 1, 1] = rng.uniform(0.0, 0.1, size=(2, 3)), rng.uniform(0.9, 1.0, size=(2, 3))
        return {"x": self.low + (self.high - self.low) * x}

    def keras(self, keras: Any) -> Any:
        return keras.layers.AutoContrast(value_range=(self.low, self.high))

    def torch(self, torch: Any) -> Any:
        def stretched(x: Any) -> Any:
            low, high = x.amin((1, 2), keepdim=True), x.amax((1, 2), keepdim=True)
            return self.low + (self.high - self.low) * (x - low) / (high - low)

        return stretched

    def reference(self, x: Any) -> Any:
        low, high = x.min((1, 2), keepdims=True), x.max((1, 2), keepdims=True)
        return self.low + (self.high - self.low) * (x - low) / (high - low)
