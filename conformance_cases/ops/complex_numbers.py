"""Complex numbers: made of two real arrays and told as two, which is how both frameworks differentiate them."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import named

HALF = {"*16": "complex numbers of both frameworks are made of float32 or float64"}


class Complex(Array, abstract=True):
    """``z = re + i im`` and what ``name`` makes of it, of one name in every library."""

    without: ClassVar[dict[str, str]] = HALF
    outputs: ClassVar[tuple[str, ...]] = ("real", "imaginary")
    name = ""
    torch_name = ""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        both = rng.uniform(0.3, 2.0, size=(2, 4, 5)) * rng.choice([-1.0, 1.0], size=(2, 4, 5))
        return {"re": both[0], "im": both[1]}

    def keras(self, keras: Any, re: Any, im: Any) -> Any:
        return parts(keras.ops, getattr(keras.ops, self.name)(on_keras(keras, re, im)))

    def torch(self, torch: Any, re: Any, im: Any) -> Any:
        return parts(torch, getattr(torch, self.torch_name or self.name)(torch.complex(re, im)))

    def reference(self, re: Any, im: Any) -> Any:
        return parts(np, getattr(np, self.name)(re + 1j * im))


class Conj(Complex):
    """Of re + i im, re - i im."""

    name = "conj"


class Conjugate(Complex):
    """The same under its other name."""

    name = "conjugate"
    torch_name = "conj"


class Part(Complex, abstract=True):
    """One real array of a complex one."""

    outputs = ("y",)

    def keras(self, keras: Any, re: Any, im: Any) -> Any:
        return getattr(keras.ops, self.name)(on_keras(keras, re, im))

    def torch(self, torch: Any, re: Any, im: Any) -> Any:
        return getattr(torch, self.name)(torch.complex(re, im))

    def reference(self, re: Any, im: Any) -> Any:
        return getattr(np, self.name)(re + 1j * im)


class Real(Part):
    """The real part."""

    name = "real"
    vanishing = ("grad im",)


class Imag(Part):
    """The imaginary part."""

    name = "imag"
    vanishing = ("grad re",)


class Angle(Part):
    """atan2(im, re), in all four quadrants."""

    name = "angle"
    without: ClassVar[dict[str, str]] = {
        **HALF,
        "keras-tensorflow:*-float64": "float32 inside (docs/findings/keras_angle_complex128.py)",
        "keras-jax:*-float64": "float32 inside (docs/findings/keras_angle_complex128.py)",
    }


class AngleOfDirections(Part):
    """Of the four axes and the four diagonals, in eighths of a turn, which no rounding changes."""

    name = "angle"
    without: ClassVar[dict[str, str]] = HALF
    fixed = ("re", "im")
    vanishing = ("grad re", "grad im")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        turns = rng.permutation(np.arange(-3, 5)) * np.pi / 4
        return {"re": np.rint(1.4 * np.cos(turns)), "im": np.rint(1.4 * np.sin(turns))}

    def keras(self, keras: Any, re: Any, im: Any) -> Any:
        return keras.ops.cast(keras.ops.round(super().keras(keras, re, im) * (4 / np.pi)), "int32")

    def torch(self, torch: Any, re: Any, im: Any) -> Any:
        return (super().torch(torch, re, im) * (4 / np.pi)).round().to(torch.int32)

    def reference(self, re: Any, im: Any) -> Any:
        return np.rint(np.angle(re + 1j * im) * (4 / np.pi)).astype(np.int32)


class AngleOfReal(Array):
    """0 of positive numbers, pi of negative ones."""

    vanishing = ("grad x",)

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.angle(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.angle(x)

    def reference(self, x: Any) -> Any:
        return np.angle(x)


class Isreal(Part):
    """Where the imaginary part is 0, of either sign."""

    name = "isreal"
    fixed = ("re", "im")
    vanishing = ("grad re", "grad im")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        im = np.array([0.0, -0.0, 1.0, -1.0, 2.0**-20, 0.0])
        return {"re": rng.normal(size=6), "im": rng.permutation(im)}


class IsrealOfReal(Array):
    """Of real numbers all are, NaN and infinities too."""

    fixed = ("x",)
    vanishing = ("grad x",)
    constant = ("y",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.permutation(np.array([0.0, -0.0, 1.5, np.nan, np.inf, -np.inf]))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.isreal(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.isreal(x)


class Polar(Array):
    """radius cos(angle) + i radius sin(angle), over more than one turn."""

    without: ClassVar[dict[str, str]] = HALF
    outputs = ("real", "imaginary")
    rank: int = 2
    variants = named(default={}, scalar={"rank": 0})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        shape = (4, 5) if self.rank else ()
        return {"radius": rng.uniform(0.5, 2.0, size=shape), "angle": rng.uniform(-7.0, 7.0, size=shape)}

    def keras(self, keras: Any, radius: Any, angle: Any) -> Any:
        return parts(keras.ops, keras.ops.polar(radius, angle))

    def torch(self, torch: Any, radius: Any, angle: Any) -> Any:
        return parts(torch, torch.polar(radius, angle))

    def reference(self, radius: Any, angle: Any) -> Any:
        return radius * np.cos(angle), radius * np.sin(angle)


class ViewAsReal(Complex):
    """The parts along a new last axis."""

    outputs = ("y",)

    def keras(self, keras: Any, re: Any, im: Any) -> Any:
        return keras.ops.view_as_real(on_keras(keras, re, im))

    def torch(self, torch: Any, re: Any, im: Any) -> Any:
        return torch.view_as_real(torch.complex(re, im))

    def reference(self, re: Any, im: Any) -> Any:
        return np.stack([re, im], -1)


class ViewAsComplex(Array):
    """Complex numbers whose parts lie along the last axis."""

    without: ClassVar[dict[str, str]] = {
        **HALF,
        "keras-*:*-float64": "complex64 whatever it is given (docs/findings/keras_view_as_complex_float64.py)",
    }
    outputs = ("real", "imaginary")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 4, 2))}

    def keras(self, keras: Any, x: Any) -> Any:
        return parts(keras.ops, keras.ops.view_as_complex(x))

    def torch(self, torch: Any, x: Any) -> Any:
        return parts(torch, torch.view_as_complex(x))

    def reference(self, x: Any) -> Any:
        return x[..., 0], x[..., 1]


class ViewAsComplexOfWholes(Array):
    """The same of whole numbers, which complex64 holds: in float64 as well."""

    without: ClassVar[dict[str, str]] = HALF
    outputs = ("real", "imaginary")
    fixed = ("x",)
    vanishing = ("grad x",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.integers(-9, 10, size=(3, 4, 2)).astype(float)}

    def keras(self, keras: Any, x: Any) -> Any:
        z = keras.ops.view_as_complex(x)
        return keras.ops.cast(keras.ops.real(z), "int32"), keras.ops.cast(keras.ops.imag(z), "int32")

    def torch(self, torch: Any, x: Any) -> Any:
        z = torch.view_as_complex(x)
        return z.real.to(torch.int32), z.imag.to(torch.int32)

    def reference(self, x: Any) -> Any:
        return x[..., 0].astype(np.int32), x[..., 1].astype(np.int32)


def on_keras(keras: Any, re: Any, im: Any) -> Any:
    """A complex tensor of twice the width of its parts."""
    kind = "complex128" if "float64" in str(re.dtype) else "complex64"
    return keras.ops.cast(re, kind) + 1j * keras.ops.cast(im, kind)


def parts(library: Any, z: Any) -> tuple[Any, Any]:
    """Real and imaginary part."""
    return library.real(z), library.imag(z)
