"""Faults of preprocessing and augmentation."""

from typing import Any

from conformance_cases.faults._gradients import keras_first_element
from conformance_cases.faults._stand_ins import after_init, changed_result, rescaled
from pytest_fwparity import fault


@fault(case="core:layers/Rescaling", side="keras")
def rescaling_scale_of_seven_digits(keras: Any, patch: Any) -> None:
    """The scale is 1e-7 too large."""
    after_init(patch, keras.layers.Rescaling, lambda layer: setattr(layer, "scale", layer.scale * (1 + 1e-7)))


@fault(case="core:layers/Rescaling", side="keras", variant="channels")
def rescaling_offset_of_one_channel(keras: Any, patch: Any) -> None:
    """The offset of the first channel is taken for all."""
    after_init(patch, keras.layers.Rescaling, lambda layer: setattr(layer, "offset", layer.offset[:1]))


@fault(case="core:layers/RescalingOfIntegers", side="keras")
def rescaling_offset_before_scale(keras: Any, patch: Any) -> None:
    """The offset is added first."""
    after_init(patch, keras.layers.Rescaling, lambda layer: setattr(layer, "offset", layer.offset * layer.scale))


@fault(case="core:layers/Discretization", side="torch")
def boundaries_belong_below(torch: Any, patch: Any) -> None:
    """A value on a boundary belongs to the bin below."""
    stock = torch.bucketize
    patch(torch, "bucketize", lambda x, boundaries, right=False: stock(x, boundaries, right=not right))


@fault(case="core:layers/Discretization", side="keras", variant="output_mode=count")
def counted_once(keras: Any, patch: Any) -> None:
    """Each bin counts once at most."""
    changed_result(patch, keras.layers.Discretization, "call", lambda y: keras.ops.minimum(y, 1))


@fault(case="core:layers/CategoryEncoding", side="keras", variant="output_mode=count,weighted=True")
def count_weights_ignored(keras: Any, patch: Any) -> None:
    """Every category counts once."""
    stock = keras.layers.CategoryEncoding.call
    patch(keras.layers.CategoryEncoding, "call", lambda self, inputs, count_weights=None: stock(self, inputs))


@fault(case="core:layers/CategoryEncoding", side="torch", variant="output_mode=one_hot")
def one_hot_one_further(torch: Any, patch: Any) -> None:
    """The one stands one place further."""
    changed_result(patch, torch.nn.functional, "one_hot", lambda y: y.roll(1, -1))


@fault(case="core:layers/RandomInvert", side="keras", variant="high=1.0")
def inverted_but_one_element(keras: Any, patch: Any) -> None:
    """One value is 2e-5 too large."""
    changed_result(patch, keras.layers.RandomInvert, "transform_images", lambda y: keras_first_element(keras, y, 2e-5))


@fault(case="core:layers/Solarization", side="keras")
def solarization_of_255(keras: Any, patch: Any) -> None:
    """Every value is 1e-7 too large."""
    rescaled(patch, keras.layers.Solarization, "transform_images")


@fault(case="core:layers/RandomGrayscale", side="keras")
def red_and_blue_exchanged(keras: Any, patch: Any) -> None:
    """Blue is taken for red."""
    stock = keras.layers.RandomGrayscale.transform_images
    patch(
        keras.layers.RandomGrayscale,
        "transform_images",
        lambda self, images, transformation, training=True: stock(
            self, keras.ops.flip(images, -1), transformation, training
        ),
    )


@fault(case="core:layers/AutoContrast", side="keras", tier="gradient")
def contrast_of_a_constant_range(keras: Any, patch: Any) -> None:
    """The gradient comes back as if the range of the image did not depend on it."""
    layer = keras.layers.AutoContrast
    stock = layer.transform_images

    def transform_images(self: Any, images: Any, transformation: Any = None, training: bool = True) -> Any:
        y = stock(self, images, transformation, training)
        return keras.ops.stop_gradient(y) + (images - keras.ops.stop_gradient(images))

    patch(layer, "transform_images", transform_images)
