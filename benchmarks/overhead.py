"""What an agreement item costs beyond the frameworks' own work.

Run: ``python benchmarks/overhead.py [ITEMS]``. For ``ITEMS`` dense layers of different sizes, interleaved in blocks:

* *bare*: in one process per framework, both at the same time, a loop that builds the layer, loads its weights, runs it
  forward and backward in float32 and brings every result to NumPy: what any comparison must do;
* *float32*: the call of the float32 agreement item as pytest runs it, its float64 referee at hand;
* *warm*: the float64 item beside it (both sides in float64, stock Keras in float64, the verdict), movements in the cache;
* *cold*: the same with an empty cache, so that eight moved runs are made on one side.

Prints the ratios of the summed times.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

CASES = """
import numpy as np
from pytest_fwparity import LayerCase, grid

class Wide(LayerCase):
    units: int = 8
    variants = grid(units=list(range(8, 8 + {items})))
    def inputs(self, rng):
        return {{"x": rng.normal(size=(8, 16))}}
    def weights(self, rng):
        return {{"kernel": rng.normal(size=(16, self.units)), "bias": rng.normal(size=self.units)}}
    def keras(self, keras):
        return keras.layers.Dense(self.units)
    def torch(self, torch):
        return torch.nn.Linear(16, self.units)
    def torch_weights(self, torch, kernel, bias):
        return {{"weight": kernel.T, "bias": bias}}
"""

CONFTEST = """
import json, pathlib
def pytest_runtest_logreport(report):
    if report.when == "call":
        with pathlib.Path("times.jsonl").open("a") as file:
            file.write(json.dumps([report.nodeid, report.duration]) + "\\n")
"""

BARE = {
    "torch": """
import torch
torch.set_num_threads(1)
def once(x, kernel, bias, cotangent):
    layer = torch.nn.Linear(x.shape[1], kernel.shape[1])
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(kernel.T)); layer.bias.copy_(torch.as_tensor(bias))
    x = torch.tensor(x, requires_grad=True)
    y = layer(x)
    gradients = torch.autograd.grad(y, [x, layer.weight, layer.bias], torch.as_tensor(cotangent))
    return [y.detach().numpy(), *(g.numpy() for g in gradients)]
""",
    "keras": """
import os
os.environ["KERAS_BACKEND"] = "tensorflow"
import tensorflow as tf, keras
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
def once(x, kernel, bias, cotangent):
    layer = keras.layers.Dense(kernel.shape[1])
    x = tf.constant(x)
    layer.build(x.shape)
    layer.kernel.assign(kernel); layer.bias.assign(bias)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    gradients = tape.gradient(y, [x, *[v.value for v in layer.trainable_variables]], tf.constant(cotangent))
    return [y.numpy(), *(g.numpy() for g in gradients)]
""",
}

LOOP = """
import json, sys, time
import numpy as np
sizes = json.loads(sys.argv[1])
rng = np.random.default_rng(0)
f = np.float32
def draw(units):
    return [rng.normal(size=s).astype(f) for s in ((8, 16), (16, units), (units,), (8, units))]
for units in sizes[:5]:
    once(*draw(units))
print("ready", flush=True)
sys.stdin.readline()
began = time.perf_counter()
for units in sizes:
    once(*draw(units))
print(time.perf_counter() - began, flush=True)
"""


def bare(items: int) -> float:
    """Seconds that both loops took, side by side: the slower of the two."""
    sizes = json.dumps(list(range(8, 8 + items)))
    loops = [
        subprocess.Popen(
            [sys.executable, "-c", text + LOOP, sizes],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for text in BARE.values()
    ]
    for loop in loops:
        assert loop.stdout is not None
        loop.stdout.readline()
    for loop in loops:
        assert loop.stdin is not None
        loop.stdin.write("\n")
        loop.stdin.flush()
    return max(float(loop.communicate()[0]) for loop in loops)


def suite(items: int) -> dict[str, dict[str, float]]:
    """Summed call times of the items of each dtype, cold and warm, the first five variants left out (warm-up)."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_wide.py").write_text(CASES.format(items=items + 5))
        Path(folder, "conftest.py").write_text(CONFTEST)
        return {name: _times(Path(folder)) for name in ("cold", "warm")}


def _times(folder: Path) -> dict[str, float]:
    times = folder / "times.jsonl"
    times.unlink(missing_ok=True)
    options = ["--fwparity", "--fwparity-suite", "own", "-q", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    sums: dict[str, Any] = {"float64": [], "float32": []}
    for line in times.read_text().splitlines():
        node, seconds = json.loads(line)
        for dtype, listed in sums.items():
            if f"-{dtype}]" in node:
                listed.append(seconds)
    return {dtype: float(np.sum(listed[5:])) for dtype, listed in sums.items()}


def main(items: int) -> int:
    rows = []
    for _ in range(3):
        began = time.perf_counter()
        loop, calls = bare(items), suite(items)
        warm, cold = calls["warm"], calls["cold"]
        row = (warm["float32"] / loop, warm["float64"] / warm["float32"], cold["float64"] / cold["float32"])
        rows.append(row)
        sys.stdout.write(
            f"bare {loop / items * 1000:.1f} ms an item; float32 item {row[0]:.2f} times that; beyond one float32 item the "
            f"whole verdict costs {row[1]:.2f} of it warm, {row[2]:.2f} cold ({time.perf_counter() - began:.0f} s)\n"
        )
    middle = [sorted(values)[1] for values in zip(*rows, strict=True)]
    sys.stdout.write("median of 3: float32 {:.2f}, extra warm {:.2f}, extra cold {:.2f}\n".format(*middle))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
