"""What a SLURM job is asked for, as `--slurm KEY=VALUE` takes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from srgan_core.errors import ConfigError
from srgan_core.settings import Settings, describe_errors

OPTION = "--slurm"

EXTRA = "additional"
"""What the keys of sbatch's other options begin with: `additional.reservation=lab`."""

WARNING_SECONDS = 90
"""How long before its end a job is told of it, to write its checkpoint and be queued again."""

OWN_OPTIONS = {
    "account": "account",
    "constraint": "constraint",
    "cpus-per-task": "cpus",
    "gpus-per-node": "gpus",
    "mem": "memory",
    "partition": "partition",
    "qos": "qos",
    "time": "time",
}
"""Options of sbatch that have a key of their own here."""

FIXED_OPTIONS = (
    *("array", "error", "job-name", "nodes", "ntasks", "ntasks-per-node"),
    *("open-mode", "output", "requeue", "signal", "wckey", "wrap"),
)
"""Options of sbatch that the executor sets itself, or that would change what a job is."""


def _word(value: str) -> str:
    if not value or not value.isprintable():
        raise ValueError("a word on one line")
    return value


def _memory(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d*[KMGT]", value):
        raise ValueError("a whole number with its unit K, M, G or T, as in 16G")
    return value


def _sbatch_options(values: dict[str, str]) -> dict[str, str]:
    for name in values:
        if name in OWN_OPTIONS:
            raise ValueError(f"{name}: expected as {OWN_OPTIONS[name]}=VALUE, got it here")
        if name in FIXED_OPTIONS:
            raise ValueError(f"{name}: expected another option of sbatch; this one is set already")
        if not re.fullmatch(r"[a-z][a-z-]*", name):
            raise ValueError(f"{name!r}: expected the long name of an option of sbatch")
    return values


Word = Annotated[str, AfterValidator(_word)]


class SlurmSettings(Settings):
    """What each job is asked for; keys that are left out are the cluster's own defaults."""

    cluster: Literal["slurm", "local", "debug"] = Field(
        "slurm",
        description="Where submitit runs jobs: SLURM, processes of this machine (local), or this "
        "process, one after the other (debug).",
    )
    partition: Word | None = Field(None, description="Partition.")
    account: Word | None = Field(None, description="Account that is charged.")
    qos: Word | None = Field(None, description="Quality of service.")
    constraint: Word | None = Field(None, description="Features that nodes must have.")
    time: int = Field(
        60,
        ge=3,
        le=527_040,
        description="Minutes of a job; one that needs more is queued again and goes on.",
    )
    gpus: int | None = Field(
        None, ge=0, le=16, description="GPUs of a job; null for 1 with --device cuda, else 0."
    )
    cpus: int | None = Field(
        None, ge=1, le=4096, description="CPU cores of a job; null for as many as threads."
    )
    memory: Annotated[str, AfterValidator(_memory)] | None = Field(
        None, description="Memory of a job, as in 16G."
    )
    setup: tuple[Word, ...] = Field(
        (), description="Lines of shell before the job, such as module load cuda."
    )
    additional: Annotated[dict[str, Word], AfterValidator(_sbatch_options)] = Field(
        {}, description="Other options of sbatch by their long names; true for one without value."
    )

    @property
    def is_remote(self) -> bool:
        """Whether jobs run on other machines than this one."""
        return self.cluster == "slurm"


def parse_slurm(texts: Sequence[str]) -> SlurmSettings:
    """Reads what `--slurm` was given, each as `KEY=VALUE`; `setup` may be given several times.

    Raises:
        ConfigError: with every problem on a line of its own.
    """
    fields: dict[str, Any] = {}
    for text in texts:
        key, separator, value = text.partition("=")
        if not separator or not key:
            raise ConfigError(f"{OPTION} {text}: expected KEY=VALUE, as in partition=gpu")
        section, dot, name = key.partition(".")
        if section == EXTRA and dot:
            fields.setdefault(EXTRA, {})[name] = value
        elif key == "setup":
            fields.setdefault(key, []).append(value)
        elif key == EXTRA:
            raise ConfigError(f"{OPTION} {text}: expected {EXTRA}.NAME=VALUE")
        else:
            fields[key] = value
    try:
        return SlurmSettings.model_validate(fields)
    except ValidationError as error:
        raise ConfigError(describe_errors(error, SlurmSettings, OPTION)) from None


def sbatch_parameters(settings: SlurmSettings, device: str, threads: int) -> dict[str, Any]:
    """Words the settings as submitit's `SlurmExecutor` takes them."""
    gpus = settings.gpus if settings.gpus is not None else int(device.startswith("cuda"))
    flags = {name: value == "true" or value for name, value in settings.additional.items()}
    given = {
        "partition": settings.partition,
        "account": settings.account,
        "qos": settings.qos,
        "constraint": settings.constraint,
        "mem": settings.memory,
        "gpus_per_node": gpus or None,
        "setup": list(settings.setup) or None,
    }
    return {
        "job_name": "sweep",
        "time": settings.time,
        "cpus_per_task": settings.cpus or threads,
        "signal_delay_s": WARNING_SECONDS,
        "stderr_to_stdout": True,
        "additional_parameters": {"requeue": True, **flags},
        **{name: value for name, value in given.items() if value is not None},
    }
