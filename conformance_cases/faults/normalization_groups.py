"""Faults of normalization by groups, instances, sizes and neighbours."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded, torch_rounded
from conformance_cases.faults._stand_ins import after_init, changed_result
from pytest_fwparity import fault

_GROUP, _INSTANCE = "core:layers/GroupNormalization", "core:layers/InstanceNormalization"
_RMS, _LRN = "core:layers/RMSNormalization", "core:layers/LocalResponseNorm"


@fault(case=_GROUP, side="keras", variant="plain")
def group_norm_epsilon_off_by_1e_7(keras: Any, patch: Any) -> None:
    """Epsilon is 1e-7 too large."""
    after_init(patch, keras.layers.GroupNormalization, lambda self: setattr(self, "epsilon", self.epsilon + 1e-7))


def _group_norm(torch: Any, patch: Any, change: Any) -> None:
    stock = torch.nn.functional.group_norm

    def group_norm(x: Any, groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
        return change(stock, x, groups, weight, bias, eps)

    patch(torch.nn.functional, "group_norm", group_norm)


@fault(case=_GROUP, side="torch", variant="unscaled")
def group_norm_by_unbiased_variance(torch: Any, patch: Any) -> None:
    """The output is divided by the unbiased deviation."""
    _group_norm(torch, patch, lambda stock, *given: stock(*given) * (35 / 36) ** 0.5)


@fault(case=_GROUP, side="torch", variant="channels_first")
def group_norm_of_interleaved_channels(torch: Any, patch: Any) -> None:
    """A group is every third channel, not three in a row."""

    def change(stock: Any, x: Any, groups: int, weight: Any, bias: Any, eps: float) -> Any:
        order = torch.arange(x.shape[1]).reshape(-1, groups).T.flatten()
        y = stock(x[:, order], groups, None, None, eps)[:, order.argsort()]
        return y * weight[:, None, None] + bias[:, None, None]

    _group_norm(torch, patch, change)


@fault(case=_GROUP, side="torch", variant="functional", tier="float32")
def group_norm_in_bfloat16(torch: Any, patch: Any) -> None:
    """In float32 alone the input is rounded to bfloat16."""
    _group_norm(torch, patch, lambda stock, x, *rest: stock(torch_rounded(torch, x), *rest))


@fault(case=_GROUP, side="keras", variant="one_group", tier="float32")
def group_norm_output_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the output is rounded to bfloat16."""
    changed_result(patch, keras.layers.GroupNormalization, "call", lambda y: keras_rounded(keras, y))


@fault(case=_INSTANCE, side="torch", variant="functional")
def instance_norm_over_the_batch(torch: Any, patch: Any) -> None:
    """Samples are normalized together."""

    def instance_norm(x: Any, weight: Any, bias: Any, eps: float) -> Any:
        return torch.nn.functional.batch_norm(x, None, None, weight, bias, True, 0.0, eps)

    patch(torch.nn.functional, "instance_norm", instance_norm)


@fault(case=_INSTANCE, side="torch", variant="sequence")
def instance_norm_epsilon_of_torch(torch: Any, patch: Any) -> None:
    """Epsilon is 1e-5, whatever was asked for."""
    after_init(patch, torch.nn.InstanceNorm1d, lambda self: setattr(self, "eps", 1e-5))


@fault(case="core:layers/InstanceNormTracking", side="torch", variant="training")
def instance_norm_tracks_biased_variance(torch: Any, patch: Any) -> None:
    """The moving variance alone takes the biased one."""
    kind = torch.nn.InstanceNorm1d
    stock = kind.forward

    def forward(self: Any, x: Any) -> Any:
        kept = self.running_var * 0.9
        y = stock(self, x)
        self.running_var = kept + (self.running_var - kept) * 0.8
        return y

    patch(kind, "forward", forward)


@fault(case=_RMS, side="torch", variant="small")
def rms_norm_epsilon_of_float32(torch: Any, patch: Any) -> None:
    """Epsilon is that of float32, as torch's default is, where the values are small."""
    stock = torch.nn.functional.rms_norm
    patch(torch.nn.functional, "rms_norm", lambda x, shape, weight, eps: stock(x, shape, weight, 2.0**-23))


@fault(case=_RMS, side="keras", variant="plain")
def rms_norm_subtracts_the_mean(keras: Any, patch: Any) -> None:
    """A thousandth of the mean is subtracted first."""
    stock = keras.layers.RMSNormalization.call

    def call(self: Any, x: Any) -> Any:
        return stock(self, x - keras.ops.mean(x, -1, keepdims=True) / 1000)

    patch(keras.layers.RMSNormalization, "call", call)


@fault(case="core:layers/UnitNormalization", side="torch", variant="middle")
def unit_norm_of_absolute_values(torch: Any, patch: Any) -> None:
    """The norm is that of order 2 + 1e-7."""
    stock = torch.nn.functional.normalize
    patch(torch.nn.functional, "normalize", lambda x, dim: stock(x, 2 + 1e-7, dim))


@fault(case="core:layers/Normalization", side="keras", variant="plain")
def normalization_adds_an_epsilon(keras: Any, patch: Any) -> None:
    """What is divided by is 1e-7 too large."""
    changed_result(patch, keras.layers.Normalization, "call", lambda y: y * (1 - 1e-7))


@fault(case=_LRN, side="torch", variant="functional")
def response_window_shifted(torch: Any, patch: Any) -> None:
    """The window lies one channel further."""
    stock = torch.nn.functional.local_response_norm

    def norm(x: Any, size: int, *rest: Any) -> Any:
        shifted = torch.cat([x[:, 1:], 0 * x[:, :1]], 1)
        return stock(shifted, size, *rest) / shifted.where(shifted != 0, torch.ones_like(x)) * x

    patch(torch.nn.functional, "local_response_norm", norm)


@fault(case=_LRN, side="torch", variant="plain")
def response_alpha_not_divided(torch: Any, patch: Any) -> None:
    """The exponent is 0.75 + 1e-7."""
    after_init(patch, torch.nn.LocalResponseNorm, lambda self: setattr(self, "beta", self.beta + 1e-7))
