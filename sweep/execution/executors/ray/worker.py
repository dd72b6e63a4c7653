"""What runs on the machines of a Ray cluster: the tasks, and the mailbox where they report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from srgan_core.errors import ConfigError
from sweep.execution.executors.base import HEARTBEAT, Heartbeat, Throttled
from sweep.execution.executors.file_exchange import FileBundle, WorkingCopy
from sweep.execution.executors.ray.cluster import last_line
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.running import run_job

Message = str | Event | FileBundle
"""What a task reports: the node that it is on, an event, files that it wrote."""


class Mailbox:
    """Where workers leave messages and read whether to stop; an actor beside the driver."""

    def __init__(self) -> None:
        self._messages: list[tuple[int, Message]] = []
        self._stop = False

    def reset(self) -> None:
        """Forgets the messages and the stop of the run before."""
        self._messages.clear()
        self._stop = False

    def post(self, attempt: int, message: Message) -> None:
        """Leaves a message of an attempt."""
        self._messages.append((attempt, message))

    def take(self) -> list[tuple[int, Message]]:
        """Hands over the messages since the last time, each with the number of its attempt."""
        taken, self._messages = self._messages, []
        return taken

    def stop(self) -> None:
        """Tells all workers to stop at their next step."""
        self._stop = True

    def stopped(self) -> bool:
        """Says whether workers have to stop."""
        return self._stop

    def nodes(self) -> dict[str, bool]:
        """Machines by id, and whether the cluster takes each for alive; a task knows earlier."""
        import ray

        return {node["NodeID"]: node["Alive"] for node in ray.nodes()}


def start_mailbox(ray: Any) -> Any:
    """Starts a mailbox on the driver's machine: it is lost only when the driver is.

    Args:
        ray: The module, connected; not any more where the mailbox cannot be had.

    Returns:
        The actor's handle, once it has answered.

    Raises:
        ConfigError: when the cluster has let the driver in and yet has no way back to it.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    mailbox = ray.remote(Mailbox).options(num_cpus=0, scheduling_strategy=here).remote()
    try:
        ray.get(mailbox.stopped.remote())
    except ray.exceptions.RayError as error:
        ray.shutdown()
        raise ConfigError(
            f"executor ray: the cluster can start nothing here ({last_line(error)}); set "
            "RAY_AUTH_MODE=disabled where it asks for no token, and compare the versions of "
            "Python and Ray"
        ) from error
    return mailbox


def run_task(
    mailbox: Any, job: Job, attempt: int, device: str, threads: int, inputs: FileBundle | None
) -> tuple[str, FileBundle | None]:
    """Runs one job in a worker process of the cluster.

    Args:
        mailbox: Handle of the driver's mailbox.
        job: The job.
        attempt: Number under which it reports.
        device: `cpu`, `cuda`, `cuda:N` or `mps`.
        threads: CPU threads of the job.
        inputs: The files it needs where the machines share no folder; None where they do.

    Returns:
        The state it ended in, and the files it wrote that were not posted before; None in their
        place where the machines share a folder.
    """
    import ray

    def emit(event: Event) -> None:
        mailbox.post.remote(attempt, event)

    def post(message: Message) -> None:
        """Waits until the message has arrived, and so have those before it."""
        ray.get(mailbox.post.remote(attempt, message))

    def run(job: Job, should_stop: Callable[[], bool]) -> str:
        state = run_job(job, Context(emit, Heartbeat(should_stop, emit), device, threads))
        post(Event(job.label, HEARTBEAT))
        return state

    # The driver has to know the machine before it is lost.
    post(ray.get_runtime_context().get_node_id())
    asked = Throttled(lambda: bool(ray.get(mailbox.stopped.remote())))
    if inputs is None:
        return run(job, asked), None
    with tempfile.TemporaryDirectory(prefix="sweep-ray-") as scratch:
        copy = WorkingCopy(inputs, Path(scratch))

        def should_stop() -> bool:
            # A checkpoint that stays here is lost with the machine.
            if changes := copy.new_checkpoint():
                post(changes)
            return asked()

        return run(copy.localised(job), should_stop), copy.changes()
