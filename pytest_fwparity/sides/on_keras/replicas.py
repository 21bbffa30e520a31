"""Several replicas on Keras: ``MirroredStrategy`` on TensorFlow, ``keras.distribution`` on JAX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.sides.adapter import Results, Run, Unsupported
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.on_keras.training import fit
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_keras.side import KerasSide


def replicas(side: KerasSide, case: Any, request: Request) -> Run:
    """``fit`` on as many devices as asked; the replicas of each weight must hold the same bits."""
    count = int(request.options["ranks"])
    runs = {"tensorflow": _tensorflow, "jax": _jax}
    if side.backend.name not in runs:
        raise Unsupported(
            f"keras on {side.backend.name} does not average gradients over processes in fit; "
            "data parallel is compared on tensorflow and jax"
        )

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        return runs[side.backend.name](side, case, request, arrays, count)

    return run


def _tensorflow(side: KerasSide, case: Any, request: Request, arrays: Mapping[str, np.ndarray], count: int) -> Results:
    tf: Any = side.backend.tf  # type: ignore[attr-defined]
    kind = "GPU" if side.device.startswith("cuda") else "CPU"
    devices = [device.name for device in tf.config.list_logical_devices(kind)][:count]
    if len(devices) < count:
        raise Unsupported(f"{count} replicas need {count} devices; tensorflow sees {devices}")
    strategy = tf.distribute.MirroredStrategy(devices)
    with strategy.scope():
        model = case.keras(side.keras)
    results = fit(side, case, request, arrays, model)
    apart = []
    for variable in model.weights:
        values = [np.asarray(part) for part in strategy.experimental_local_results(variable.value)]
        if len(values) != count or any(not np.array_equal(values[0], other, equal_nan=True) for other in values[1:]):
            apart.append(variable.path)
    results.info.update(replicas_equal=not apart, apart=", ".join(apart), ranks=strategy.num_replicas_in_sync)
    return results


def _jax(side: KerasSide, case: Any, request: Request, arrays: Mapping[str, np.ndarray], count: int) -> Results:
    keras = side.keras
    devices = keras.distribution.list_devices()[:count]
    if len(devices) < count:
        raise Unsupported(f"{count} replicas need {count} devices; jax sees {devices}")
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    try:
        model = case.keras(keras)
        results = fit(side, case, request, arrays, model)
        apart, ranks = [], set()
        for variable in model.weights:
            values = [np.asarray(shard.data) for shard in variable.value.addressable_shards]
            ranks.add(len(values))
            if any(not np.array_equal(values[0], other, equal_nan=True) for other in values[1:]):
                apart.append(variable.path)
    finally:
        keras.distribution.set_distribution(None)
    results.info.update(replicas_equal=not apart, apart=", ".join(apart), ranks=min(ranks, default=0))
    return results
