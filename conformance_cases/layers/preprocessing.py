"""Preprocessing of numbers and categories."""

from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, difference, distinct, grid, named


class Preprocessed(LayerCase, abstract=True):
    """Level standard, no speed."""

    level = "standard"
    speed = None


class Rescaling(Preprocessed):
    """x * scale + offset, by numbers or by one for each channel."""

    scale: float | list[float] = 1 / 127.5
    offset: float | list[float] = -1.0
    variants = grid(offset=[-1.0, 0.0]) | named(channels={"scale": [0.1, 0.2, 0.3], "offset": [0.3, -0.2, 0.7]})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.uniform(0, 255, size=(2, 3, 2, 3))}

    def keras(self, keras: Any) -> Any:
        scale, offset = (np.array(value) if isinstance(value, tuple) else value for value in (self.scale, self.offset))
        return keras.layers.Rescaling(scale, offset)

    def torch(self, torch: Any) -> Any:
        return lambda x: x * torch.as_tensor(self.scale, dtype=x.dtype) + torch.as_tensor(self.offset, dtype=x.dtype)

    def reference(self, x: Any) -> Any:
        return x * np.array(self.scale) + np.array(self.offset)


class RescalingOfIntegers(Rescaling):
    """Bytes of an image become floats; none near the middle, where the difference of two roundings is left."""

    variants = grid(offset=[-1.0])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.integers(0, 192, size=(2, 3, 2, 3))
        return {"x": np.where(x < 96, x, x + 64).astype(np.uint8)}

    def torch(self, torch: Any) -> Any:
        return lambda x: x.to(torch.get_default_dtype()) * self.scale + self.offset


class Discretization(Preprocessed):
    """The number of boundaries that are no larger, or one-hot, or counted over the last axis but one."""

    output_mode: str = "int"
    fixed = ("x",)
    vanishing = ("grad x",)
    variants = grid(output_mode=["int", "one_hot", "multi_hot", "count"])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = distinct(rng, (3, 8), 0.25)
        x[0, :3] = -1.5, 0.5, 1.0  # boundaries themselves
        x[1] = -2 - np.abs(x[1])  # in one interval
        return {"x": x}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Discretization([-1.5, 0.5, 1.0], output_mode=self.output_mode)

    def torch(self, torch: Any) -> Any:
        def encode(x: Any) -> Any:
            index = torch.bucketize(x, torch.tensor([-1.5, 0.5, 1.0], dtype=x.dtype), right=True)
            if self.output_mode == "int":
                return index.to(torch.int32)
            encoded = torch.nn.functional.one_hot(index, 4).to(x.dtype)
            if self.output_mode == "multi_hot":
                return encoded.amax(1)
            return encoded.sum(1) if self.output_mode == "count" else encoded

        return encode

    def reference(self, x: Any) -> Any:
        return _encoded(np.digitize(x, [-1.5, 0.5, 1.0]), 4, self.output_mode)


class CategoryEncoding(Preprocessed):
    """One-hot of each category, or of all of a sample together, or how often each is there, weighted."""

    output_mode: str = "multi_hot"
    weighted: bool = False
    shape: list[int] = [3, 4]
    variants = (
        grid(output_mode=["multi_hot", "one_hot", "count"], shape=[[3, 4], [3, 1]])
        | grid(output_mode=["count"], weighted=[True])
        | grid(output_mode=["one_hot", "multi_hot"], shape=[[2, 4, 4]])
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.integers(0, 5, size=self.shape)
        return {"x": x, "count_weights": rng.integers(0, 4, size=self.shape)} if self.weighted else {"x": x}

    def keras(self, keras: Any) -> Any:
        return keras.layers.CategoryEncoding(5, output_mode=self.output_mode)

    def keras_call(self, keras: Any, layer: Any, x: Any, **weights: Any) -> Any:
        return layer(x, **weights)

    def torch(self, torch: Any) -> Any:
        def encode(x: Any, count_weights: Any = None) -> Any:
            encoded = torch.nn.functional.one_hot(x.long(), 5).to(torch.get_default_dtype())
            if self.output_mode == "one_hot":
                return encoded.squeeze(1) if x.shape[1:] == (1,) else encoded
            if self.output_mode == "multi_hot":
                return encoded.amax(-2)
            return (encoded if count_weights is None else encoded * count_weights[..., None]).sum(1)

        return encode

    def reference(self, x: Any, count_weights: Any = 1.0) -> Any:
        return _encoded(x, 5, self.output_mode, count_weights)

    @difference(
        replaces="torch",
        why="of more than two axes Keras takes axis 1 for the sample's, not the last, as its documentation says",
        source="keras/src/backend/tensorflow/nn.py, multi_hot; documentation of CategoryEncoding, output_mode",
        when=lambda case: len(case.shape) > 2 and case.output_mode == "multi_hot",
    )
    def over_axis_1(self, torch: Any) -> Any:
        return lambda x: torch.nn.functional.one_hot(x.long(), 5).to(torch.get_default_dtype()).amax(1)


def _encoded(index: Any, depth: int, mode: str, weights: Any = 1.0) -> Any:
    if mode == "int":
        return index
    encoded = np.eye(depth)[index]
    if mode == "one_hot":
        return encoded[:, 0] if index.shape[1:] == (1,) else encoded
    if mode == "multi_hot":
        return encoded.max(-2)
    return (encoded * np.broadcast_to(weights, index.shape)[..., None]).sum(1)
