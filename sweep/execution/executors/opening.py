"""Makes an executor by name."""

from __future__ import annotations

from srgan_core.errors import ConfigError
from sweep.execution.executors.base import WATCHDOG_SECONDS, Executor


def open_executor(
    name: str,
    jobs: int,
    device: str,
    threads: int,
    watchdog: float | None = WATCHDOG_SECONDS,
    address: str | None = None,
    ray_storage: bool = False,
) -> Executor:
    """Makes an executor, one of `names.EXECUTORS`; the caller closes it.

    The other arguments are those of `LocalExecutor` and `RayExecutor`.

    Raises:
        ConfigError: when options of one executor are given to the other.
        MissingDependencyError: when Ray is asked for and not installed.
    """
    refuse_foreign_options(name, address, ray_storage)
    if name == "ray":
        from sweep.execution.executors.ray import RayExecutor

        return RayExecutor(jobs, device, threads, watchdog, address, returns_files=ray_storage)
    from sweep.execution.executors.local import LocalExecutor

    return LocalExecutor(jobs, device, threads, watchdog)


def refuse_foreign_options(name: str, address: str | None, ray_storage: bool) -> None:
    """Refuses options of one executor that are given to another, before anything is planned.

    Raises:
        ConfigError: when they do not belong to this executor.
    """
    if name != "ray" and (address is not None or ray_storage):
        raise ConfigError(
            "--address and --ray-storage: expected with --executor ray alone, got --executor "
            f"{name}; add --executor ray"
        )
