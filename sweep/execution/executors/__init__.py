"""Dispatchers of jobs. They hold no state of a sweep: that is in its files alone."""

from __future__ import annotations

from srgan_core.errors import ConfigError
from sweep.execution.executors.base import WATCHDOG_SECONDS, Executor

EXECUTORS = ("local", "ray")


def open_executor(
    name: str,
    jobs: int,
    device: str,
    threads: int,
    watchdog: float | None = WATCHDOG_SECONDS,
    address: str | None = None,
    ray_storage: bool = False,
) -> Executor:
    """Makes an executor by name.

    Args:
        name: One of `EXECUTORS`.
        jobs: Jobs at once.
        device: `cpu` or `cuda`.
        threads: CPU threads of each job.
        watchdog: Seconds without a sign of life after which a job is ended; None for never.
        address: Ray cluster to use; None to start one on this machine.
        ray_storage: Whether the cluster's machines share no folder with this one.

    Returns:
        The executor; the caller closes it.

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

    Args:
        name: One of `EXECUTORS`.
        address: As for `open_executor`.
        ray_storage: Likewise.

    Raises:
        ConfigError: when they do not belong to this executor.
    """
    if name != "ray" and (address is not None or ray_storage):
        raise ConfigError(
            "--address and --ray-storage: expected with --executor ray alone, got --executor "
            f"{name}; add --executor ray"
        )
