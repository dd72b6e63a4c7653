"""What runs on the machines of a Ray cluster: the tasks, and the board where they leave news."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sweep.execution.executors.base import ALIVE, Pulse
from sweep.execution.executors.file_exchange import Courier, Parcel
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.running import run_job

ASK_SECONDS = 0.5
"""How often a worker asks whether to stop: each time costs a message through the network."""


class Board:
    """Where workers leave news and read whether to stop; an actor beside the driver."""

    def __init__(self) -> None:
        self._posted: list[tuple[int, Any]] = []
        self._stop = False

    def reset(self) -> None:
        """Forgets the news and the stop of the run before."""
        self._posted.clear()
        self._stop = False

    def post(self, attempt: int, message: Any) -> None:
        """Leaves news of an attempt: the node it is on, an `Event` or a `Parcel`."""
        self._posted.append((attempt, message))

    def take(self) -> list[tuple[int, Any]]:
        """Hands over the news since the last time, each with the number of its attempt."""
        posted, self._posted = self._posted, []
        return posted

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


def make_board(ray: Any) -> Any:
    """Starts a board on the driver's machine: it is lost only when the driver is.

    Args:
        ray: The module, connected.

    Returns:
        The actor's handle, once it has answered.

    Raises:
        ray.exceptions.RayError: when the cluster can start nothing on this machine.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    board = ray.remote(Board).options(num_cpus=0, scheduling_strategy=here).remote()
    ray.get(board.stopped.remote())
    return board


def run_task(
    board: Any, job: Job, attempt: int, device: str, threads: int, parcel: Parcel | None
) -> tuple[str, Parcel | None]:
    """Runs one job in a worker process of the cluster.

    Args:
        board: Handle of the driver's board.
        job: The job.
        attempt: Number under which its news is posted.
        device: `cpu` or `cuda`.
        threads: CPU threads of the job.
        parcel: The files it needs where the machines share no folder; None where they do.

    Returns:
        The state it ended in, and the files it wrote that were not posted before; None in their
        place where the machines share a folder.
    """
    import ray

    def emit(event: Event) -> None:
        board.post.remote(attempt, event)

    # Waiting for the first word makes sure that the driver knows the machine before it is lost.
    ray.get(board.post.remote(attempt, ray.get_runtime_context().get_node_id()))
    asked = _Asked(lambda: bool(ray.get(board.stopped.remote())))
    if parcel is None:
        state = run_job(job, Context(emit, Pulse(asked, emit), device, threads))
        ray.get(board.post.remote(attempt, Event(job.label, ALIVE)))
        return state, None
    with tempfile.TemporaryDirectory(prefix="sweep-ray-") as scratch:
        courier = Courier(parcel, Path(scratch))

        def should_stop() -> bool:
            # A checkpoint that stays here is lost with the machine.
            if news := courier.news():
                ray.get(board.post.remote(attempt, news))
            return asked()

        context = Context(emit, Pulse(should_stop, emit), device, threads)
        state = run_job(courier.localised(job), context)
        # Posts arrive in their order, so all of them have arrived before the task ends.
        ray.get(board.post.remote(attempt, Event(job.label, ALIVE)))
        return state, courier.news(everything=True)


class _Asked:
    """A question that is asked at most so often; the answer yes is final.

    Args:
        question: Costs a message through the network.
    """

    def __init__(self, question: Callable[[], bool]) -> None:
        self._question, self._answer, self._last = question, False, float("-inf")

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self._answer and now - self._last > ASK_SECONDS:
            self._last, self._answer = now, self._question()
        return self._answer
