"""Mixed precision and replicas, broken on purpose on real frameworks."""

from __future__ import annotations

import pytest

CASES = """
from conformance_cases.mixed_precision.layers import MixedDense
from conformance_cases.mixed_precision.training import TrainingInFloat16
from conformance_cases.multi_device.data_parallel import DataParallel
from pytest_fwparity import named


class Unmixed(MixedDense):
    variants = named(one={})

    def keras(self, keras):
        return keras.layers.Dense(self.units, use_bias=self.use_bias, dtype="float32")


class SlowGrowth(TrainingInFloat16):
    variants = named(one={})

    def keras_optimizer(self, keras):
        made = super().keras_optimizer(keras)
        made.dynamic_growth_steps = self.growth + 1
        return made


class Unaveraged(DataParallel):
    variants = named(one={})

    def torch_step(self, torch, optimizer, step):
        if torch.distributed.is_initialized() and torch.distributed.get_rank() == 1:
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    parameter.grad.mul_(1.001)
        optimizer.step()
"""


def test_what_does_not_mix_scale_or_average_is_named(pytester: pytest.Pytester) -> None:
    pytester.makefile(".ini", pytest="[pytest]\nfwparity_suite = own\n")
    pytester.makepyfile(test_broken=CASES)
    result = pytester.runpytest_subprocess("--fwparity", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines(
        [
            "differ (vacuous): own:layers/Unmixed?one? mixed mixed_bfloat16, seed 0",
            "*keras-tensorflow under mixed_bfloat16 is as exact as float32: nothing was computed in bfloat16",
            "differ (*): own:training/SlowGrowth?one? mixed mixed_float16, seed 0",
            "*loss scale after each step on torch: *",
            "*loss scale after each step on keras-tensorflow: *",
            "differ (bits): own:training/Unaveraged?one? replicas float64, seed 0",
            "*torch: the replicas do not hold the same bits after training: *",
        ]
    )
