"""Images filtered by small kernels."""

from typing import Any

import numpy as np

from conformance_cases.layers._spatial import padded, windows
from conformance_cases.ops._images import Images
from pytest_fwparity import difference, named


class GaussianBlur(Images):
    """A Gaussian along each axis, the image continued by zeros; ``told``: whether the call names the data format."""

    size: tuple[int, int] = (3, 3)
    sigma: tuple[float, float] = (1.0, 1.0)
    told: bool = True
    variants = named(
        default={},
        wide={"size": [5, 5], "sigma": [2.0, 2.0]},
        uneven={"sigma": [0.5, 2.0]},
        even={"size": [4, 4]},
        rectangle={"size": [3, 5]},
        channels_first={"data_format": "channels_first"},
        untold={"told": False},
    )

    def keras(self, keras: Any, x: Any) -> Any:
        options = {"data_format": self.data_format} if self.told else {}
        return keras.ops.image.gaussian_blur(x, self.size, self.sigma, **options)

    def kernel(self) -> np.ndarray:
        """Height by width, as both are documented."""
        sides = zip(self.size, self.sigma, strict=True)
        rows, columns = (np.exp(-0.5 * np.square((np.arange(n) - (n - 1) / 2) / s)) for n, s in sides)
        made: np.ndarray = np.outer(rows / rows.sum(), columns / columns.sum())
        return made

    def on_images(self, torch: Any, x: Any) -> Any:
        return self.filtered(torch, x, self.kernel())

    def filtered(self, torch: Any, x: Any, kernel: np.ndarray) -> Any:
        made = torch.tensor(kernel).to(x).expand(x.shape[1], 1, -1, -1)
        pads = [pad for n in kernel.shape[::-1] for pad in ((n - 1) // 2, n // 2)]
        return torch.nn.functional.conv2d(torch.nn.functional.pad(x, pads), made, groups=x.shape[1])

    def of_images(self, x: Any) -> Any:
        pads = [pad for n in self.size[::-1] for pad in ((n - 1) // 2, n // 2)]
        return (windows(padded(x, pads), self.size, (1, 1)) * self.kernel()).sum((-1, -2))

    @difference(
        replaces="torch",
        why="Keras on JAX and torch takes a data format that is not given for channels_first",
        source="keras/src/backend/jax/image.py and keras/src/backend/torch/image.py, gaussian_blur",
        sides=("keras-jax", "keras-torch"),
        when=lambda case: not case.told,
    )
    def channels_taken_for_rows(self, torch: Any, x: Any) -> Any:
        return self.filtered(torch, x, self.kernel())

    @difference(
        replaces="torch",
        why="Keras takes the documented height for the width",
        source="keras/src/backend/*/image.py, gaussian_blur; docs/findings/keras_gaussian_blur_rectangle.py",
        sides=("keras-jax", "keras-torch"),
        when=lambda case: case.size[0] != case.size[1] or case.sigma[0] != case.sigma[1],
    )
    def turned(self, torch: Any, x: Any) -> Any:
        return self.first(x, lambda images: self.filtered(torch, images, self.kernel().T))

    @difference(
        replaces="torch",
        why="likewise, and Keras on TensorFlow lays the kernel of width by height out as one of height by width",
        source="keras/src/backend/tensorflow/image.py, gaussian_blur: tensordot(kernel1d_y, kernel1d_x), then reshape",
        sides=("keras-tensorflow",),
        when=lambda case: case.size[0] != case.size[1] or case.sigma[0] != case.sigma[1],
    )
    def scrambled(self, torch: Any, x: Any) -> Any:
        return self.first(x, lambda images: self.filtered(torch, images, self.kernel().T.reshape(self.size)))


class SobelEdges(Images):
    """The slopes down and to the right, along a new last axis; the image is mirrored at its edge."""

    variants = named(default={}, channels_first={"data_format": "channels_first"})

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.image.sobel_edges(x, data_format=self.data_format)

    def torch(self, torch: Any, x: Any) -> Any:
        return self.edges(torch, x, "reflect")

    def edges(self, torch: Any, x: Any, mode: str) -> Any:
        first = x if self.data_format == "channels_first" else x.movedim(-1, 1)
        continued = torch.nn.functional.pad(first, (1, 1, 1, 1), mode=mode)
        down = torch.tensor([[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]]).to(x)
        kernels = [kernel.expand(3, 1, 3, 3) for kernel in (down, down.T)]
        y = torch.stack([torch.nn.functional.conv2d(continued, kernel, groups=3) for kernel in kernels], -1)
        return y if self.data_format == "channels_first" else y.movedim(1, -2)

    def reference(self, x: Any) -> Any:
        last = np.moveaxis(x, 1, -1) if self.data_format == "channels_first" else x
        found = windows(np.pad(last, [(0, 0), (1, 1), (1, 1), (0, 0)], mode="reflect"), (3, 3), (1, 1))
        down = np.outer([-1.0, 0.0, 1.0], [1.0, 2.0, 1.0])
        y = np.stack([(found * down).sum((-1, -2)), (found * down.T).sum((-1, -2))], -1)
        return np.moveaxis(y, -2, 1) if self.data_format == "channels_first" else y

    @difference(
        replaces="torch",
        why="Keras on JAX and torch continues the image by zeros, so that its edge is one",
        source="keras/src/backend/jax/image.py and keras/src/backend/torch/image.py, sobel_edges",
        sides=("keras-jax", "keras-torch"),
    )
    def zeros_beyond(self, torch: Any, x: Any) -> Any:
        return self.edges(torch, x, "constant")
