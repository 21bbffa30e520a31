"""Faults of products, of linear algebra and of Fourier transforms."""

from typing import Any

from conformance_cases.faults._gradients import keras_first_element
from conformance_cases.faults._stand_ins import changed_result, every_other_call
from pytest_fwparity import fault


@fault(case="core:ops/Matmul", side="keras", tier="repeat")
def product_changes_by_one_ulp(keras: Any, patch: Any) -> None:
    """Every other call one element is one unit in the last place larger, as where sums are split in another way."""
    changed_result(
        patch, keras.ops, "matmul", lambda y: keras_first_element(keras, y, 2.0**-23) if every_other_call(keras) else y
    )


@fault(case="core:ops/Cross", side="torch")
def cross_along_the_first_axis(torch: Any, patch: Any) -> None:
    """The first axis of length 3 is taken, as torch.cross did, not the last."""
    stock = torch.linalg.cross
    patch(torch.linalg, "cross", lambda a, b: stock(a, b, dim=0))


@fault(case="core:ops/Kron", side="torch", tier="gradient")
def first_row_of_a_factor_without_gradient(torch: Any, patch: Any) -> None:
    """No gradient reaches the first row of the second factor."""
    stock = torch.kron
    patch(torch, "kron", lambda a, b: stock(a, torch.cat([b[:1].detach(), b[1:]])))


@fault(case="core:ops/Slogdet", side="keras")
def determinants_are_positive(keras: Any, patch: Any) -> None:
    """The sign is always 1."""
    changed_result(patch, keras.ops, "slogdet", lambda y: (keras.ops.abs(y[0]), y[1]))


@fault(case="core:ops/Pinv", side="torch", tier="float32")
def pseudoinverse_with_a_ridge(torch: Any, patch: Any) -> None:
    """In float32 alone it is (x.T x + 1e-3)**-1 x.T."""
    stock = torch.linalg.pinv

    def pinv(x: Any) -> Any:
        if x.dtype != torch.float32:
            return stock(x)
        return torch.linalg.solve(x.mT @ x + 1e-3 * torch.eye(x.shape[-1]), x.mT)

    patch(torch.linalg, "pinv", pinv)


@fault(case="core:ops/Fft2", side="torch")
def transform_in_complex64(torch: Any, patch: Any) -> None:
    """The transform is worked out in complex64, whatever its input."""
    stock = torch.fft.fft2
    patch(torch.fft, "fft2", lambda z: stock(z.to(torch.complex64)).to(z.dtype))


@fault(case="core:ops/Rfft", side="keras")
def highest_frequency_doubled(keras: Any, patch: Any) -> None:
    """The highest frequency counts twice, as all but it and the lowest do in a one-sided spectrum."""

    def doubled(y: Any) -> Any:
        real, imaginary = y
        return keras.ops.concatenate([real[..., :-1], 2 * real[..., -1:]], axis=-1), imaginary

    changed_result(patch, keras.ops, "rfft", doubled)


@fault(case="core:ops/Ifft2", side="keras", tier="float32")
def inverse_transform_scaled_in_float16(keras: Any, patch: Any) -> None:
    """In float32 alone the scale of 1/12 is one of float16."""

    def scaled(y: Any) -> Any:
        by = float(keras.ops.cast(keras.ops.cast(1 / 12, "float16"), "float32")) * 12
        return tuple(part * by if "float32" in str(part.dtype) else part for part in y)

    changed_result(patch, keras.ops, "ifft2", scaled)
