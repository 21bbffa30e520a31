"""Several replicas on PyTorch: one process each under ``DistributedDataParallel``."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.sides import bootstrap, wire
from pytest_fwparity.sides.adapter import Results, Run, Unsupported
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.on_torch.training import load, loop, weight_tensors
from pytest_fwparity.sides.wire import Reply, Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_torch.side import TorchSide


def replicas(side: TorchSide, case: Any, request: Request) -> Run:
    """Ranks are processes of their own, in this process's group, so that one kill ends all."""
    count = int(request.options["ranks"])
    if side.device.startswith("cuda") and side.torch.cuda.device_count() < count:
        raise Unsupported(f"{count} replicas need {count} GPUs; this machine has {side.torch.cuda.device_count()}")

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        with tempfile.TemporaryDirectory(prefix="fwparity-") as folder:
            meeting = os.path.join(folder, "rendezvous")
            ranks = [_start(side, rank, count, meeting) for rank in range(count)]
            try:
                sent = [
                    replace(request, op="rank", arrays=dict(arrays), options={"shard": [rank, count]})
                    for rank in range(count)
                ]
                replies = _converse(ranks, sent)
            finally:
                for process in ranks:
                    process.kill()
                    process.wait()
        return _joined(replies)

    return run


def _start(side: TorchSide, rank: int, count: int, meeting: str) -> subprocess.Popen[bytes]:
    device = f"cuda:{rank}" if side.device.startswith("cuda") else "cpu"
    settings = {**side.settings, "device": device, "rank": rank, "ranks": count, "rendezvous": meeting}
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    if sys.platform == "linux":
        environment.setdefault("GLOO_SOCKET_IFNAME", "lo")
    return subprocess.Popen(
        bootstrap.command(sys.executable, settings), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )


def _converse(ranks: list[subprocess.Popen[bytes]], requests: list[Request]) -> list[Reply]:
    def one(process: subprocess.Popen[bytes], request: Request) -> Reply:
        assert process.stdin is not None and process.stdout is not None
        greeting, _ = wire.read(process.stdout.fileno())
        if greeting.get("ok"):
            wire.write(process.stdin.fileno(), wire.pack_request(request))
            greeting, arrays = wire.read(process.stdout.fileno())
        if not greeting.get("ok"):
            raise RuntimeError(
                f"rank {request.options['shard'][0]}: {greeting.get('message')}\n{greeting.get('traceback')}"
            )
        return wire.unpack_reply(greeting, arrays)

    pool = ThreadPoolExecutor(len(ranks))
    talks = [pool.submit(one, process, request) for process, request in zip(ranks, requests, strict=True)]
    done, waiting = wait(talks, return_when=FIRST_EXCEPTION)
    if waiting:
        for process in ranks:
            process.kill()
    pool.shutdown()
    for talk in done:
        talk.result()
    return [talk.result() for talk in talks]


def _joined(replies: list[Reply]) -> Results:
    """Weights of rank 0, which must be every rank's; the loss of a step is the mean over ranks."""
    results = Results()
    apart = []
    for name, value in replies[0].arrays.items():
        values = [reply.arrays[name] for reply in replies]
        if name.startswith("loss"):
            value = np.mean(values, axis=0)
        elif any(not np.array_equal(other, value, equal_nan=True) for other in values[1:]):
            apart.append(name)
        results.add(name, value, replies[0].dtypes[name])
    results.info.update(replicas_equal=not apart, apart=", ".join(apart), ranks=len(replies))
    return results


def rank(side: TorchSide, case: Any, request: Request) -> Run:
    """One replica: its share of each batch, gradients averaged by DistributedDataParallel."""
    torch, settings = side.torch, side.settings
    number, count = int(settings["rank"]), int(settings["ranks"])

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        cuda = side.device.startswith("cuda")
        torch.distributed.init_process_group(
            "nccl" if cuda else "gloo", init_method=f"file://{settings['rendezvous']}", rank=number, world_size=count
        )
        try:
            weights = weight_tensors(side, arrays, request.dtype)
            module = load(side, case, weights, request.dtype)
            wrapped = torch.nn.parallel.DistributedDataParallel(module)
            results = loop(side, case, request, arrays, weights, module, wrapped)
            torch.distributed.barrier()
        finally:
            with contextlib.suppress(RuntimeError):
                torch.distributed.destroy_process_group()
        return results

    return run
