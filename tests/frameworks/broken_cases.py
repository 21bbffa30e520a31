"""Cases that are wrong on purpose, each in one way that the suite must name."""

import os
import signal
import time
from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, LayerCase, OptimizerCase


class _Square(LayerCase, abstract=True):
    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 4))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(4, 4)), "bias": rng.normal(size=4)}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Dense(4)

    def torch(self, torch: Any) -> Any:
        return torch.nn.Linear(4, 4)

    def torch_weights(self, torch: Any, kernel: Any, bias: Any) -> dict[str, Any]:
        return {"weight": kernel.T, "bias": bias}

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        return x @ kernel + bias


class Healthy(_Square):
    """Weights arrive as a module's own parameters lie: the cuDNN kernels of recurrent layers take no others."""

    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        assert module.weight.is_contiguous(), "the mapped weight is a view of Keras' kernel"
        return module(x)


class TransposedWeight(_Square):
    def torch_weights(self, torch: Any, kernel: Any, bias: Any) -> dict[str, Any]:
        return {"weight": kernel, "bias": bias}


class ScaledGradient(_Square):
    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        class Scaled(torch.autograd.Function):
            @staticmethod
            def forward(context: Any, x: Any) -> Any:
                return x.clone()

            @staticmethod
            def backward(context: Any, gradient: Any) -> Any:
                return gradient * 1.001

        return module(Scaled.apply(x))


class NotANumber(_Square):
    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        y = module(x)
        nan = torch.full((1, 1), float("nan"), dtype=y.dtype)
        return torch.cat([torch.cat([nan, y[:1, 1:]], 1), y[1:]])


class MissingOutput(_Square):
    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return {"y": layer(x), "extra": x * 2}


class Killed(_Square):
    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


class Sleeper(_Square):
    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        time.sleep(600)


class Rubbish(_Square):
    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        import stat

        for fd in range(3, 64):
            try:
                if stat.S_ISFIFO(os.fstat(fd).st_mode):
                    os.write(fd, b"rubbish" * 100)
            except OSError:
                continue
        return module(x)


class Chatty(_Square):
    """Megabytes to both streams, from Python and from C; must do no harm."""

    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        import ctypes
        import sys

        line = "x" * 1023 + "\n"
        for _ in range(1024):
            sys.stdout.write(line)
            sys.stderr.write(line)
        libc = ctypes.CDLL(None)
        for _ in range(1024):
            libc.puts(line.encode())
        libc.fflush(None)
        return module(x)


class WrongEpsilon(OptimizerCase):
    slots = {"momentum": "exp_avg", "velocity": "exp_avg_sq"}
    steps = 3

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Adam(0.01, epsilon=1e-6)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.Adam(params, 0.01, (0.9, 0.999), 1e-7)

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        optimizer.param_groups[0]["eps"] = 1e-7 / (1 - 0.999 ** (step + 1)) ** 0.5
        optimizer.step()


class UndeclaredTail(FunctionCase):
    """torch forms 1 + erf, which cancels: the majority of the sides could be wrong here, the reference is not."""

    floor = "elementwise"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.uniform(-7.5, -5.0, size=(3, 4))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.gelu(x, approximate=False)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.gelu(x)

    def exact(self, mpmath: Any, x: Any) -> Any:
        return x / 2 * mpmath.erfc(-x / mpmath.sqrt(2))


class PythonFloat(_Square):
    """0.1 passes through float32 in Keras on TensorFlow as it is shipped; the verdict is on 0.1."""

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return layer(x) * keras.ops.cast(0.1, x.dtype)

    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        return module(x) * 0.1

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        return (x @ kernel + bias) * 0.1


class Dirty(_Square):
    """Leaves policy, floatx, image format, seeds, modes and flags changed on both sides."""

    def keras(self, keras: Any) -> Any:
        keras.config.set_floatx("float16")
        keras.config.set_dtype_policy("mixed_float16")
        keras.config.set_image_data_format("channels_first")
        keras.config.set_epsilon(1e-3)
        keras.utils.set_random_seed(7)
        layer = keras.layers.Dense(4, dtype="float32")
        np.seterr(all="ignore")
        return layer

    def torch(self, torch: Any) -> Any:
        module = torch.nn.Linear(4, 4)
        torch.set_default_dtype(torch.float64)
        torch.manual_seed(7)
        torch.use_deterministic_algorithms(True)
        torch.set_num_threads(2)
        torch.autograd.set_detect_anomaly(True)
        return module


class UnseededDraw(LayerCase):
    """Draws from the frameworks' global generators: the same bits whatever ran before."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 4))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Lambda(lambda x: x + keras.random.normal((3, 4), dtype=x.dtype))

    def torch(self, torch: Any) -> Any:
        return lambda x: x + torch.randn(3, 4)


class ChannelsFirst(FunctionCase):
    """TensorFlow's convolutions on a CPU take channels last alone."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(1, 2, 4, 4)), "kernel": rng.normal(size=(3, 3, 2, 2))}

    def keras(self, keras: Any, x: Any, kernel: Any) -> Any:
        return keras.ops.conv(x, kernel, data_format="channels_first")

    def torch(self, torch: Any, x: Any, kernel: Any) -> Any:
        return torch.nn.functional.conv2d(x, kernel.permute(3, 2, 0, 1))
