"""Trains one generator from its spec: the loop, its checkpoints, its log."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from srgan_core.data.patches import PatchSampler
from srgan_core.discriminators import save_discriminator
from srgan_core.inference import save_generator
from srgan_core.networks import Discriminator, Generator
from srgan_core.pairs import DISCRIMINATOR_FILE, GENERATOR_FILE
from srgan_core.training.checkpoint import OnDamaged, load_checkpoint, save_checkpoint
from srgan_core.training.config import TrainingSpec
from srgan_core.training.distributed import Processes
from srgan_core.training.learner import Learner
from srgan_core.training.log import TrainingLog
from srgan_core.training.monitor import Clock, Health
from srgan_core.training.reports import Observer, Outcome, Progress
from srgan_core.training.run_folder import require_processes
from srgan_core.training.warmups import read_warmup, write_warmup

LOG_FILE, CHECKPOINTS = "log.jsonl", "checkpoints"


class Trainer:
    """Runs a `TrainingSpec` in a folder.

    Args:
        spec: What to train.
        sampler: Patches; a pure function of the step.
        folder: Receives `log.jsonl`, `checkpoints/` and `generator.safetensors`.
        device: Where to train.
        features: phi of the content loss, or None for `mse`.
        init: Generator to start from, or None for fresh weights from the seed.
        init_discriminator: Discriminator to go on with, or None for a fresh one.
        keep_discriminator: Whether the discriminator is written beside the generator.
        processes: This process's place in a distributed run.
        warmups: Folder in which trials that differ in their objective alone share the
            discriminator's warm-up, which does not depend on it; None to share nothing.
        on_damaged: Told about checkpoints that are set aside because they cannot be read.

    Raises:
        ConfigError: when the batch does not divide into processes and parts.
    """

    def __init__(
        self,
        spec: TrainingSpec,
        sampler: PatchSampler,
        folder: Path,
        *,
        device: torch.device,
        features: nn.Module | None = None,
        init: Generator | None = None,
        init_discriminator: Discriminator | None = None,
        keep_discriminator: bool = False,
        processes: Processes | None = None,
        warmups: Path | None = None,
        on_damaged: OnDamaged = lambda checkpoint, reason: None,
    ) -> None:
        self.spec, self.config, self.folder, self.device = spec, spec.training, folder, device
        self.warmups, self.on_damaged = warmups, on_damaged
        self.processes = processes or Processes()
        self.learner = Learner(
            spec,
            sampler,
            device=device,
            features=features,
            init=init,
            init_discriminator=init_discriminator,
            processes=self.processes,
        )
        self.keep_discriminator = keep_discriminator
        self.iterations = spec.iterations
        self.iteration, self.seconds = 0, 0.0
        self.resumed_from: int | None = None

    def run(
        self,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        should_stop: Callable[[], bool] = lambda: False,
        observer: Observer | None = None,
    ) -> Outcome:
        """Trains to the end, from the last checkpoint if there is one.

        Args:
            on_progress: Told about every logged step.
            should_stop: Asked after every step; when it says so, a checkpoint is written and
                the run ends.
            observer: Shown the generator every so many steps.

        Returns:
            How it ended; only `trained` leaves a `generator.safetensors`.
        """
        self._resume()
        health = Health(self.device)
        with self._open_log() as log:
            clock = Clock(self.iteration)
            # A stop during a look ends it; the checkpoint of that step makes up for it here.
            self._show(observer, clock)
            while self.iteration < self.iterations:
                values = self.learner.train(self.iteration)
                self.iteration += 1
                if self.iteration == self.learner.warmup:
                    self._share_warmup()
                health.watch(self.learner.telling(values), self.iteration)
                last = self.iteration == self.iterations
                if last or self.iteration % self.config.log_every == 0:
                    cause = self._cause(health)
                    record = self._record(values, clock)
                    log.write(record)
                    on_progress(Progress(self.iteration, self.iterations, record))
                    if cause:
                        return self._outcome("diverged", clock, cause)
                if not last:
                    self._show(observer, clock)
                stop = not last and self.processes.agree(should_stop(), self.device)
                if stop or (not last and self.iteration % self.config.checkpoint_every == 0):
                    if cause := self._cause(health):
                        return self._outcome("diverged", clock, cause)
                    log.flush()
                    self._save(clock)
                if stop:
                    return self._outcome("interrupted", clock)
            log.flush()
        return self._finish(clock)

    def _show(self, observer: Observer | None, clock: Clock) -> None:
        step = self.iteration - self.learner.warmup
        if observer is None or step <= 0 or step % observer.every or not self.processes.first:
            return
        with clock.paused():
            shown = copy.deepcopy(self.learner.result).eval()
            if _is_finite(shown):
                observer.look(step, shown)

    def _finish(self, clock: Clock) -> Outcome:
        if not _is_finite(self.learner.result):
            cause = f"weights not finite after iteration {self.iteration}"
            return self._outcome("diverged", clock, cause)
        if self.processes.first:
            discriminator = self.learner.discriminator
            if self.keep_discriminator and discriminator is not None:
                save_discriminator(self.folder / DISCRIMINATOR_FILE, discriminator)
            save_generator(self.folder / GENERATOR_FILE, self.learner.result)
        return self._outcome("trained", clock)

    def _open_log(self) -> TrainingLog:
        """The log of the first process; the others' keeps nothing."""
        if not self.processes.first:
            return TrainingLog(None, self.iteration)
        events = self.folder / "tensorboard" if self.config.tensorboard else None
        return TrainingLog(self.folder / LOG_FILE, self.iteration, events)

    def _cause(self, health: Health) -> str | None:
        """What is not finite; every process gets one as soon as any has."""
        cause = health.verdict()
        if self.processes.agree(cause is not None, self.device):
            return cause or "a value of another process is not finite"
        return None

    def _record(self, values: dict[str, Tensor], clock: Clock) -> dict[str, Any]:
        numbers = torch.stack(list(values.values())).tolist()
        rate = clock.lap(self.iteration) * self.config.batch_size
        return {
            "iteration": self.iteration,
            "step": self.iteration - self.learner.warmup,
            **dict(zip(values, numbers, strict=True)),
            "learning_rate": self.learner.learning_rate,
            "patches_per_second": rate,
        }

    def _save(self, clock: Clock) -> None:
        if self.processes.first:
            seconds = self.seconds + clock.elapsed()
            count = self.processes.world_size
            state = self.learner.state(
                self.iteration, self.spec.digest(), seconds=seconds, processes=count
            )
            save_checkpoint(self.folder / CHECKPOINTS, state)

    def _resume(self) -> None:
        folder = self.folder / CHECKPOINTS
        state = load_checkpoint(folder, self.spec.digest(), self.on_damaged)
        if state is None:
            self._adopt_warmup()
            return
        count = self.processes.world_size
        # Checkpoints of older versions do not say.
        require_processes(folder, int(state.extra.get("processes", count)), count)
        self.learner.restore(state)
        self.iteration = self.resumed_from = state.iteration
        self.seconds = float(state.extra["seconds"])

    def _adopt_warmup(self) -> None:
        """Takes over the discriminator that another trial of the grid warmed up."""
        if self.warmups is None or self.learner.warmup == 0:
            return
        state = read_warmup(self.warmups, self.spec)
        if state is not None:
            self.learner.restore(state, adversary_alone=True)
            self.iteration = state.iteration

    def _share_warmup(self) -> None:
        if self.warmups is not None and self.processes.first:
            digest = self.spec.warmup_digest()
            state = self.learner.state(self.iteration, digest, adversary_alone=True)
            write_warmup(self.warmups, state)

    def _outcome(
        self, status: Literal["trained", "interrupted", "diverged"], clock: Clock, cause: str = ""
    ) -> Outcome:
        seconds = self.seconds + clock.elapsed()
        return Outcome(status, self.iteration, seconds, self.resumed_from, cause or None)


def _is_finite(network: nn.Module) -> bool:
    return all(bool(value.isfinite().all()) for value in network.state_dict().values())
