"""Makes an executor by name."""

from __future__ import annotations

from collections.abc import Sequence

from srgan_core.errors import ConfigError
from sweep.execution.executors.base import WATCHDOG_SECONDS, Executor
from sweep.execution.executors.slurm.settings import SlurmSettings, parse_slurm


def open_executor(
    name: str,
    jobs: int,
    device: str,
    threads: int,
    watchdog: float | None = WATCHDOG_SECONDS,
    address: str | None = None,
    ray_storage: bool = False,
    slurm: SlurmSettings | None = None,
) -> Executor:
    """Makes an executor, one of `names.EXECUTORS`; the caller closes it.

    The other arguments are those of `LocalExecutor`, `RayExecutor` and `SlurmExecutor`.

    Raises:
        ConfigError: when options of one executor are given to another, or a cluster is to give
            a job one certain GPU.
        MissingDependencyError: when Ray or submitit is asked for and not installed.
        UnavailableError: when SLURM is asked for and not here.
    """
    _refuse_foreign(name, address is not None or ray_storage, slurm is not None)
    if name != "local" and device.startswith("cuda:"):
        raise ConfigError(
            f"device {device!r}: expected cuda with --executor {name}, which gives each job a GPU "
            "of its own, got the number of one; use --device cuda"
        )
    if name == "ray":
        from sweep.execution.executors.ray.executor import RayExecutor

        return RayExecutor(jobs, device, threads, watchdog, address, returns_files=ray_storage)
    if name == "slurm":
        from sweep.execution.executors.slurm.executor import SlurmExecutor

        return SlurmExecutor(jobs, device, threads, watchdog, slurm)
    from sweep.execution.executors.local import LocalExecutor

    return LocalExecutor(jobs, device, threads, watchdog)


def read_options(
    name: str, address: str | None, ray_storage: bool, slurm: Sequence[str]
) -> SlurmSettings | None:
    """Checks the options of executors before anything is planned; returns those of SLURM's jobs.

    Raises:
        ConfigError: when they belong to another executor, or are wrong.
        MissingDependencyError: when submitit is asked for and not installed.
    """
    _refuse_foreign(name, address is not None or ray_storage, bool(slurm))
    if name != "slurm":
        return None
    settings = parse_slurm(slurm)
    from sweep.execution.executors.slurm.cluster import require_submitit

    require_submitit()
    return settings


def _refuse_foreign(name: str, has_ray_options: bool, has_slurm_options: bool) -> None:
    given = {
        "ray": ("--address and --ray-storage", has_ray_options),
        "slurm": ("--slurm", has_slurm_options),
    }
    for executor, (options, are_given) in given.items():
        if are_given and name != executor:
            raise ConfigError(
                f"{options}: expected with --executor {executor} alone, got --executor {name}; "
                f"add --executor {executor}"
            )
