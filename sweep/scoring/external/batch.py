"""Scores many images, in this process or in several; a bad image costs its own scores alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from srgan_core.cores import usable_cores
from srgan_core.data.pairing import Pair
from srgan_core.errors import SrganError
from srgan_core.spawning import PackageContext
from sweep.scoring.evaluate import Scorer

IMAGES_PER_PROCESS = 16
"""Images for which the seconds that a further process takes to start are worth it."""

MOST_PROCESSES = 8
"""Each holds the networks, half a gigabyte."""


@dataclass(frozen=True)
class Protocol:
    """How images are scored.

    Attributes:
        crop_border: Pixels cut from each side; None for the scale.
        threads: CPU threads of each process, on which the last digits may depend.
    """

    columns: tuple[str, ...]
    scale: int = 4
    crop_border: int | None = None
    device: str = "cpu"
    threads: int = 1

    @property
    def border(self) -> int:
        """Pixels that are cut from each side."""
        return self.scale if self.crop_border is None else self.crop_border

    def load_scorer(self) -> Scorer:
        """Loads the networks."""
        return Scorer(self.columns, self.scale, self.device, crop_border=self.crop_border)


@dataclass(frozen=True)
class Outcome:
    """What became of one image.

    Attributes:
        scores: Column to value; empty when it could not be scored.
        problem: Why it could not be scored; empty otherwise.
        warnings: Sentences about single columns that have no value.
    """

    pair: Pair
    scores: dict[str, float]
    problem: str = ""
    warnings: tuple[str, ...] = ()


def score_pairs(
    pairs: Sequence[Pair],
    protocol: Protocol,
    jobs: int | None = None,
    on_outcome: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Scores images from their files; the networks are loaded once a process.

    Args:
        pairs: Images to score.
        protocol: How.
        jobs: Processes; None for as many as cores are free and worth their start.
        on_outcome: Called after each image, in the order in which they end.

    Returns:
        One outcome for each pair, in order, the same for any number of processes.

    Raises:
        ConfigError, WeightsError: when a metric cannot run here; no image is read then.
    """
    count = usable_processes(len(pairs), protocol.device) if jobs is None else jobs
    results: dict[Pair, Outcome] = {}
    outcomes = _in_processes if min(count, len(pairs)) > 1 else _in_this_process
    for outcome in outcomes(pairs, protocol, min(count, len(pairs))):
        results[outcome.pair] = outcome
        if on_outcome is not None:
            on_outcome(outcome)
    return [results[pair] for pair in pairs]


def usable_processes(images: int, device: str) -> int:
    """Processes that are worth it for so many images, from 1 to the cores that may be used.

    Networks on a GPU run in one: no two processes share it.
    """
    if device != "cpu":
        return 1
    return max(1, min(images // IMAGES_PER_PROCESS, usable_cores(), MOST_PROCESSES))


def _in_this_process(pairs: Sequence[Pair], protocol: Protocol, _: int) -> Iterator[Outcome]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(protocol.threads)
    try:
        scorer = protocol.load_scorer()
        for pair in pairs:
            yield _score(scorer, pair)
    finally:
        torch.set_num_threads(before)


def _in_processes(pairs: Sequence[Pair], protocol: Protocol, count: int) -> Iterator[Outcome]:
    # A metric that cannot run is found before any process starts, and weights are fetched once.
    protocol.load_scorer()
    # Forking a process that has torch's threads can hang.
    executor = ProcessPoolExecutor(
        count, PackageContext(), initializer=_begin, initargs=(protocol,)
    )
    try:
        futures = {executor.submit(_score_here, pair): pair for pair in pairs}
        for future in as_completed(futures):
            yield _outcome(future, futures[future])
    finally:
        executor.shutdown(cancel_futures=True)


def _outcome(future: Future[Outcome], pair: Pair) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool:
        return Outcome(pair, {}, "the process that scored it died; try --jobs 1")


_scorers: list[Scorer] = []


def _begin(protocol: Protocol) -> None:
    """Loads the networks of a new process."""
    import torch

    torch.set_num_threads(protocol.threads)
    _scorers.append(protocol.load_scorer())


def _score_here(pair: Pair) -> Outcome:
    return _score(_scorers[0], pair)


def _score(scorer: Scorer, pair: Pair) -> Outcome:
    # A scorer says a sentence once, and an image and its reference can share a name.
    scorer.warnings.clear()
    try:
        scores = scorer.score(pair.sr, pair.hr)
    except SrganError as error:
        return Outcome(pair, {}, str(error))
    # What nobody foresaw in one file must not cost the scores of the others.
    except Exception as error:
        return Outcome(pair, {}, f"{pair.sr}: {type(error).__name__}: {error}")
    return Outcome(pair, scores, warnings=tuple(scorer.warnings))
