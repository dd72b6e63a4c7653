"""What submitit is asked for: jobs of SLURM, or of this machine in their place."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from srgan_core.errors import ConfigError, MissingDependencyError, UnavailableError
from srgan_core.installing import install_extra
from sweep.execution.executors.slurm.settings import (
    WARNING_SECONDS,
    SlurmSettings,
    sbatch_parameters,
)

PROGRAMS = ("sbatch", "srun", "scancel", "scontrol", "sacct")
"""What of SLURM is called on this machine."""

JOBS_FOLDER = "slurm"
"""Where in a results folder the files of its jobs are: scripts, logs, what they are handed."""

MOST_TIMEOUTS = 1000
"""Times that a job is queued again when its time is over; each adds steps."""

SBATCH_ERROR = "sbatch: error: "

WAITING = ("PENDING", "REQUEUED", "SUSPENDED", "RESIZING", "REQUEUE_HOLD")
"""States of a job that cannot report because it has no machine."""


def require_submitit() -> Any:
    """Imports submitit.

    Raises:
        MissingDependencyError: when it is not installed.
    """
    try:
        import submitit
    except ImportError:
        raise MissingDependencyError(
            f"executor slurm: submitit is not installed; {install_extra('slurm')}"
        ) from None
    return submitit


def require_slurm() -> None:
    """Refuses a machine without SLURM.

    Raises:
        UnavailableError: when a program of SLURM is not there.
    """
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        raise UnavailableError(
            f"executor slurm: {', '.join(absent)} not found on this machine; run the command on a "
            "login node of the cluster, or without SLURM by --executor local"
        )


def open_cluster(settings: SlurmSettings, root: Path, device: str, threads: int) -> Any:
    """Makes submitit's executor for a results folder.

    Jobs are handed over as pickles, which run as their owner whatever they hold: the folder is
    closed to other users.
    """
    submitit = require_submitit()
    folder = jobs_folder(root)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.cluster == "debug":
        return submitit.DebugExecutor(folder)
    if settings.cluster == "local":
        opened = submitit.LocalExecutor(folder)
        gpus = sbatch_parameters(settings, device, threads).get("gpus_per_node", 0)
        opened.update_parameters(
            timeout_min=settings.time,
            signal_delay_s=WARNING_SECONDS,
            stderr_to_stdout=True,
            gpus_per_node=gpus,
        )
        return opened
    opened = submitit.SlurmExecutor(folder, max_num_timeout=MOST_TIMEOUTS)
    opened.update_parameters(**sbatch_parameters(settings, device, threads))
    return opened


def jobs_folder(root: Path) -> Path:
    """The folder of a results folder's jobs, absolute: jobs may begin elsewhere."""
    return (root / JOBS_FOLDER).absolute()


def sbatch_text(settings: SlurmSettings, root: Path, device: str, threads: int) -> str:
    """The file that sbatch is given for every job; SLURM need not be here.

    Raises:
        MissingDependencyError: when submitit is not installed.
    """
    require_submitit()
    import shlex
    import sys

    from submitit.slurm.slurm import _make_sbatch_string

    folder = jobs_folder(root)
    python = shlex.quote(sys.executable)
    command = f"{python} -u -m submitit.core._submit {shlex.quote(str(folder))}"
    parameters = sbatch_parameters(settings, device, threads)
    return str(_make_sbatch_string(command=command, folder=folder, **parameters))


def submit(cluster: Any, task: Any, *, is_first: bool) -> Any:
    """Hands a task over; returns submitit's job.

    Raises:
        ConfigError: when the first one is refused: then what was asked for is wrong.
        UnavailableError: when a later one is.
    """
    from submitit.core.utils import FailedJobError, FailedSubmissionError

    try:
        return cluster.submit(task)
    except (FailedJobError, FailedSubmissionError) as error:
        refusal = _refusal(error)
    if is_first:
        raise ConfigError(
            f"executor slurm: the first job was refused ({refusal}); mend --slurm, or look with "
            "`sinfo` what the cluster has"
        )
    raise UnavailableError(
        f"executor slurm: a job was refused ({refusal}); when SLURM takes jobs again, run the same "
        "command again to go on"
    )


def _refusal(error: Exception) -> str:
    """The line in which sbatch says why, of all that submitit repeats."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(SBATCH_ERROR)]
    return told[0].removeprefix(SBATCH_ERROR) if told else (lines or ["no reason given"])[-1]


def cancel(job: Any, settings: SlurmSettings) -> None:
    """Ends a job of submitit's at once."""
    if settings.cluster == "slurm":
        job.cancel(check=False)
    elif settings.cluster == "local":
        _kill_tree(int(job.job_id))


def drop_pickles(job: Any) -> None:
    """Deletes what a job that is over was handed and gave back; its log and script stay."""
    for path in (job.paths.submitted_pickle, job.paths.result_pickle):
        path.unlink(missing_ok=True)


def _kill_tree(pid: int) -> None:
    """Kills submitit's controller first, or it would begin what it controls anew."""
    with suppress(psutil.NoSuchProcess):
        controller = psutil.Process(pid)
        if controller.ppid() != os.getpid():
            return
        children = controller.children(recursive=True)
        for process in (controller, *children):
            with suppress(psutil.NoSuchProcess):
                process.kill()
