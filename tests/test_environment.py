"""The fingerprint: what is read, and what is left out where it cannot be."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import pytest

from pytest_fwparity.records.environment import flat, lines, machine
from pytest_fwparity.records.gpus import Gpu, Gpus, Xids, gpus
from pytest_fwparity.sides import fingerprint


class NVMLError(Exception):
    def __init__(self, value: int = 3) -> None:
        super().__init__(f"error {value}")
        self.value = value


def nvml(**changes: Any) -> Any:
    """A library with one device that lacks a serial number and ECC."""

    def unsupported(*_: Any) -> None:
        raise NVMLError

    given: dict[str, Any] = {
        "NVMLError": NVMLError,
        "NVML_ERROR_LIBRARY_NOT_FOUND": 12,
        "NVML_ERROR_DRIVER_NOT_LOADED": 9,
        "NVML_TEMPERATURE_GPU": 0,
        "nvmlInit": lambda: None,
        "nvmlShutdown": lambda: None,
        "nvmlSystemGetDriverVersion": lambda: b"570.1",
        "nvmlSystemGetCudaDriverVersion_v2": lambda: 12080,
        "nvmlDeviceGetCount": lambda: 1,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetName": lambda handle: "NVIDIA H200",
        "nvmlDeviceGetUUID": lambda handle: "GPU-1",
        "nvmlDeviceGetSerial": unsupported,
        "nvmlDeviceGetVbiosVersion": lambda handle: "96.00",
        "nvmlDeviceGetPciInfo": lambda handle: types.SimpleNamespace(busId=b"00000000:01:00.0"),
        "nvmlDeviceGetTemperature": lambda handle, kind: 41,
        "nvmlDeviceGetTotalEccErrors": unsupported,
        "nvmlDeviceGetRemappedRows": lambda handle: (0, 1, 0, 0),
        **changes,
    }
    return types.SimpleNamespace(**given)


def test_what_a_card_lacks_costs_nothing_else() -> None:
    found = gpus(nvml())
    assert found.driver == {"driver": "570.1", "CUDA driver": "12.8"}
    (device,) = found.devices
    assert device.identity == {
        "index": "0",
        "name": "NVIDIA H200",
        "uuid": "GPU-1",
        "VBIOS": "96.00",
        "PCI": "00000000:01:00.0",
    }
    assert device.condition == {"temperature C": "41"} and device.health == {"remapped rows": "0 1 0 0"}


def test_errors_that_the_driver_reports_are_kept() -> None:
    """Each event is told once by NVML, and here from then on; a card that takes no listener costs the others nothing."""
    events = [types.SimpleNamespace(device=1, eventData=79)]
    registered: list[int] = []

    def wait(found: Any, milliseconds: int) -> Any:
        if not events:
            raise NVMLError(10)
        return events.pop()

    def register(handle: int, kinds: int, found: Any) -> None:
        if handle == 0:
            raise NVMLError(3)
        registered.append(handle)

    changes = {
        "nvmlDeviceGetCount": lambda: 2,
        "nvmlEventSetCreate": lambda: "events",
        "nvmlEventTypeXidCriticalError": 8,
        "nvmlDeviceRegisterEvents": register,
        "nvmlEventSetWait_v2": wait,
        "nvmlDeviceGetIndex": lambda device: device,
    }
    xids = Xids(nvml(**changes))
    assert registered == [1]
    assert xids.seen() == ["gpu 1 Xid 79"] == xids.seen()
    assert Xids(nvml()).seen() == [], "an NVML without events"


def failing(value: int) -> Any:
    def init() -> None:
        raise NVMLError(value)

    return init


def test_no_driver_is_no_news_and_a_broken_one_is() -> None:
    without = types.SimpleNamespace(AmdSmiException=NVMLError, amdsmi_init=failing(1))
    assert gpus(nvml(nvmlInit=failing(12)), without).unread == "amdsmi: error 1"
    assert gpus(nvml(nvmlInit=failing(18))).unread == "NVML: error 18"


def test_a_card_that_cannot_be_opened_is_left_out() -> None:
    found = gpus(nvml(nvmlDeviceGetHandleByIndex=lambda index: failing(15)()))
    assert found.driver and not found.devices


def test_an_amd_card() -> None:
    library = types.SimpleNamespace(
        AmdSmiException=NVMLError,
        amdsmi_init=lambda: None,
        amdsmi_shut_down=lambda: None,
        amdsmi_get_processor_handles=lambda: ["h"],
        amdsmi_get_gpu_driver_info=lambda handle: {"driver_version": "6.10"},
        amdsmi_get_gpu_asic_info=lambda handle: {"market_name": "MI300X", "asic_serial": "0x1"},
        amdsmi_get_gpu_device_bdf=failing(2),
        amdsmi_get_gpu_total_ecc_count=lambda handle: {"correctable_count": 0, "uncorrectable_count": 2},
    )
    found = gpus(nvml(nvmlInit=failing(9)), library)
    assert found.driver == {"driver": "6.10"}
    assert found.devices[0].identity == {"index": "0", "name": "MI300X", "serial": "0x1"}
    assert found.devices[0].health == {"ECC corrected": "0", "ECC uncorrected": "2"}


def test_the_machine_by_hash_or_by_name() -> None:
    device = Gpu(identity={"index": "3", "name": "X"}, condition={"temperature C": "40"}, health={"ECC corrected": "0"})
    found = machine("node7", Gpus(driver={"driver": "570.1"}, devices=(device,)))
    assert found["identity"]["host"] == "node7" and found["identity"]["gpu driver driver"] == "570.1"
    assert found["identity"]["gpu 3 name"] == "X" and found["condition"]["gpu 3 temperature C"] == "40"
    assert found["health"] == {"gpu 3 ECC corrected": "0"}
    hashed = machine(found=Gpus())["identity"]["host"]
    assert len(hashed) == 16 and hashed == machine(found=Gpus())["identity"]["host"]


def test_libraries_as_they_are_mapped(tmp_path: Path) -> None:
    real = tmp_path / "site-packages" / "nvidia" / "libcudnn_ops.so.9.1.0"
    real.parent.mkdir(parents=True)
    real.write_bytes(b"12345")
    link = tmp_path / "libcudnn_ops.so.9"
    link.symlink_to(real)
    maps = tmp_path / "maps"
    maps.write_text(
        f"7f00-7f01 r-xp 00000000 00:00 1 {link}\n7f01-7f02 r--p 00000000 00:00 1 {link}\n"
        "7f02-7f03 r-xp 00000000 00:00 2 /usr/lib/libz.so.1\n7f03-7f04 rw-p 00000000 00:00 0 [heap]\n"
    )
    assert fingerprint.libraries(maps) == {"libcudnn_ops.so": "nvidia/libcudnn_ops.so.9.1.0 (5 bytes)"}
    assert fingerprint.libraries(tmp_path / "none") == {}


def test_only_variables_that_steer_a_framework() -> None:
    given = {
        "CUDA_VISIBLE_DEVICES": "0",
        "PATH": "/bin",
        "TORCH_API_KEY": "x",
        "JAX_TOKEN": "y",
        "OMP_NUM_THREADS": "2",
    }
    assert fingerprint.variables(given) == {"CUDA_VISIBLE_DEVICES": "0", "OMP_NUM_THREADS": "2"}


def test_facts_laid_flat_and_shown() -> None:
    assert flat({"a": {"b": {"c": 1}}, "d": "e"}) == {"a.b.c": "1", "d": "e"}
    side = {
        "versions": {"torch": "2"},
        "device": "cpu",
        "file": "/t",
        **{group: {} for group in ("interpreter", "build", "libraries", "distributions", "variables")},
    }
    told = lines({"machine": {"identity": {"host": "h"}}, "sides": {"torch": side}})
    assert told[:3] == ["machine, identity:", "    host: h", "torch: torch 2; cpu; /t"]


@pytest.mark.parametrize("name", ["libtorch_cpu.so", "libcublasLt.so.13", "libgomp-24e2ab19.so.1.0.0", "libnccl.so.2"])
def test_the_libraries_that_count(name: str) -> None:
    assert fingerprint._LIBRARIES.match(name)
