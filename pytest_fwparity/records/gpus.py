"""Graphics processors as their management libraries see them: identity, condition, health.

NVIDIA's through ``nvidia-ml-py`` (extra ``gpu``), AMD's through ``amdsmi``. Every reading is guarded: consumer cards, MIG
and containers lack many, and one that is missing must not cost the others.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """One device: facts that identify it, that tell its condition, and that tell its health."""

    identity: dict[str, str] = field(default_factory=dict)
    condition: dict[str, str] = field(default_factory=dict)
    health: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Gpus:
    """All devices of the machine; ``unread`` says why there are none to see, where a driver is there."""

    driver: dict[str, str] = field(default_factory=dict)
    devices: tuple[Gpu, ...] = ()
    unread: str = ""


class _Reader:
    """Collects readings and leaves out what raises."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error

    def __call__(self, into: dict[str, str], name: str, read: Callable[[], Any]) -> None:
        try:
            value = read()
        except (self.error, AttributeError, TypeError, ValueError):
            return
        into[name] = value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def gpus(nvml: Any = None, amdsmi: Any = None) -> Gpus:
    """Every GPU of this machine; the two libraries are imported unless they are handed in."""
    for library, import_, read in ((nvml, _import_nvml, _nvidia), (amdsmi, _import_amdsmi, _amd)):
        library = import_() if library is None else library
        if library is not None:
            found = read(library)
            if found.driver or found.devices or found.unread:
                return found
    return Gpus()


def _import_nvml() -> Any:
    try:
        import pynvml
    except ImportError:
        return None
    return pynvml


def _import_amdsmi() -> Any:
    try:
        import amdsmi
    except (ImportError, OSError, KeyError):  # without a driver the package itself fails to load its library
        return None
    return amdsmi


def _nvidia(nvml: Any) -> Gpus:
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        absent = getattr(nvml, "NVML_ERROR_LIBRARY_NOT_FOUND", 12), getattr(nvml, "NVML_ERROR_DRIVER_NOT_LOADED", 9)
        return Gpus() if getattr(error, "value", None) in absent else Gpus(unread=f"NVML: {error}")
    try:
        read = _Reader(nvml.NVMLError)
        driver: dict[str, str] = {}
        read(driver, "driver", lambda: nvml.nvmlSystemGetDriverVersion())
        read(driver, "CUDA driver", lambda: _version(nvml.nvmlSystemGetCudaDriverVersion_v2()))
        read(driver, "NVML", lambda: nvml.nvmlSystemGetNVMLVersion())
        devices = []
        for index in range(nvml.nvmlDeviceGetCount()):
            try:
                handle = nvml.nvmlDeviceGetHandleByIndex(index)
            except nvml.NVMLError:
                continue
            devices.append(_nvidia_device(nvml, read, index, handle))
        return Gpus(driver=driver, devices=tuple(devices))
    finally:
        nvml.nvmlShutdown()


class Xids:
    """The Xid errors that the NVIDIA driver reports from now on (31: a page fault, 48: an uncorrectable ECC error ...).

    The kernel log, where they also stand, is seldom readable; the events of NVML need no privilege.
    """

    def __init__(self, nvml: Any = None) -> None:
        self._nvml = _import_nvml() if nvml is None else nvml
        self._events: Any = None
        self._seen: list[str] = []
        if self._nvml is not None:
            self._listen()

    def _listen(self) -> None:
        nvml = self._nvml
        try:
            nvml.nvmlInit()
            self._events = nvml.nvmlEventSetCreate()
            count = nvml.nvmlDeviceGetCount()
        except (nvml.NVMLError, AttributeError):
            self._events = None
            return
        for index in range(count):
            with contextlib.suppress(nvml.NVMLError):  # a card, or a container, that does not tell
                handle = nvml.nvmlDeviceGetHandleByIndex(index)
                nvml.nvmlDeviceRegisterEvents(handle, nvml.nvmlEventTypeXidCriticalError, self._events)

    def seen(self) -> list[str]:
        """``gpu 0 Xid 31`` for every error since this was made."""
        nvml = self._nvml
        while self._events is not None:
            try:
                event = nvml.nvmlEventSetWait_v2(self._events, 0)
            except nvml.NVMLError:  # a timeout: there is no further one
                break
            told: dict[str, str] = {}
            _Reader(nvml.NVMLError)(told, "index", lambda event=event: nvml.nvmlDeviceGetIndex(event.device))  # type: ignore[misc]
            self._seen.append(f"gpu {told.get('index', '?')} Xid {event.eventData}")
        return list(self._seen)


def _ecc_errors(nvml: Any, handle: Any, error: Any) -> Any:
    return nvml.nvmlDeviceGetTotalEccErrors(handle, error, nvml.NVML_AGGREGATE_ECC)


def _version(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"


def _nvidia_device(nvml: Any, read: _Reader, index: int, handle: Any) -> Gpu:
    identity: dict[str, str] = {"index": str(index)}
    read(identity, "name", lambda: nvml.nvmlDeviceGetName(handle))
    read(identity, "uuid", lambda: nvml.nvmlDeviceGetUUID(handle))
    read(identity, "serial", lambda: nvml.nvmlDeviceGetSerial(handle))
    read(identity, "VBIOS", lambda: nvml.nvmlDeviceGetVbiosVersion(handle))
    read(identity, "PCI", lambda: nvml.nvmlDeviceGetPciInfo(handle).busId)
    read(identity, "memory", lambda: nvml.nvmlDeviceGetMemoryInfo(handle).total)
    read(identity, "MIG", lambda: nvml.nvmlDeviceGetMigMode(handle)[0])
    read(identity, "ECC", lambda: nvml.nvmlDeviceGetEccMode(handle)[0])
    condition: dict[str, str] = {}
    read(condition, "temperature C", lambda: nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU))
    read(condition, "SM clock MHz", lambda: nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_SM))
    read(condition, "memory clock MHz", lambda: nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_MEM))
    read(condition, "power limit W", lambda: nvml.nvmlDeviceGetEnforcedPowerLimit(handle) / 1000)
    read(condition, "throttle reasons", lambda: hex(nvml.nvmlDeviceGetCurrentClocksThrottleReasons(handle)))
    read(condition, "persistence", lambda: nvml.nvmlDeviceGetPersistenceMode(handle))
    read(condition, "PCIe generation", lambda: nvml.nvmlDeviceGetCurrPcieLinkGeneration(handle))
    read(condition, "PCIe width", lambda: nvml.nvmlDeviceGetCurrPcieLinkWidth(handle))
    read(condition, "utilization %", lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
    health: dict[str, str] = {}
    for kind in ("corrected", "uncorrected"):
        error = getattr(nvml, f"NVML_MEMORY_ERROR_TYPE_{kind.upper()}", None)
        read(health, f"ECC {kind}", functools.partial(_ecc_errors, nvml, handle, error))
    read(health, "remapped rows", lambda: " ".join(map(str, nvml.nvmlDeviceGetRemappedRows(handle))))
    read(
        health,
        "retired pages",
        lambda: len(nvml.nvmlDeviceGetRetiredPages(handle, nvml.NVML_PAGE_RETIREMENT_CAUSE_DOUBLE_BIT_ECC_ERROR)),
    )
    read(health, "PCIe replays", lambda: nvml.nvmlDeviceGetPcieReplayCounter(handle))
    read(
        health,
        "thermal slowdown ms",
        lambda: nvml.nvmlDeviceGetViolationStatus(handle, nvml.NVML_PERF_POLICY_THERMAL).violationTime // 1_000_000,
    )
    return Gpu(identity=identity, condition=condition, health=health)


def _amd(amdsmi: Any) -> Gpus:
    error = getattr(amdsmi, "AmdSmiException", Exception)
    try:
        amdsmi.amdsmi_init()
    except error as failure:
        return Gpus(unread=f"amdsmi: {failure}")
    try:
        read = _Reader(error)
        driver: dict[str, str] = {}
        devices = []
        for index, handle in enumerate(amdsmi.amdsmi_get_processor_handles()):
            if not driver:
                told = functools.partial(amdsmi.amdsmi_get_gpu_driver_info, handle)
                read(driver, "driver", lambda told=told: told()["driver_version"])  # type: ignore[misc]  # a default
            devices.append(_amd_device(amdsmi, read, index, handle))
        return Gpus(driver=driver, devices=tuple(devices))
    finally:
        amdsmi.amdsmi_shut_down()


def _amd_device(amdsmi: Any, read: _Reader, index: int, handle: Any) -> Gpu:
    identity: dict[str, str] = {"index": str(index)}
    read(identity, "name", lambda: amdsmi.amdsmi_get_gpu_asic_info(handle)["market_name"])
    read(identity, "serial", lambda: amdsmi.amdsmi_get_gpu_asic_info(handle)["asic_serial"])
    read(identity, "uuid", lambda: amdsmi.amdsmi_get_gpu_device_uuid(handle))
    read(identity, "VBIOS", lambda: amdsmi.amdsmi_get_gpu_vbios_info(handle)["version"])
    read(identity, "PCI", lambda: amdsmi.amdsmi_get_gpu_device_bdf(handle))
    condition: dict[str, str] = {}
    read(condition, "power W", lambda: amdsmi.amdsmi_get_power_info(handle)["average_socket_power"])
    health: dict[str, str] = {}
    read(health, "ECC corrected", lambda: amdsmi.amdsmi_get_gpu_total_ecc_count(handle)["correctable_count"])
    read(health, "ECC uncorrected", lambda: amdsmi.amdsmi_get_gpu_total_ecc_count(handle)["uncorrectable_count"])
    return Gpu(identity=identity, condition=condition, health=health)
