"""Trains one generator from its spec: the loop, its checkpoints, its log."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn

from srgan_core.data.patches import Batch, PatchSampler
from srgan_core.errors import ConfigError
from srgan_core.inference import save_generator
from srgan_core.networks import Discriminator, Generator
from srgan_core.training.checkpoint import (
    OnDamaged,
    TrainingState,
    flatten,
    load_checkpoint,
    restore,
    save_checkpoint,
)
from srgan_core.training.config import TrainingSpec
from srgan_core.training.distributed import Processes
from srgan_core.training.fresh import (
    adam,
    fresh_discriminator,
    fresh_generator,
    moving_average,
    place,
)
from srgan_core.training.hardware import resolve_precision
from srgan_core.training.log import TrainingLog
from srgan_core.training.monitor import Clock, Health, combine_parts
from srgan_core.training.reports import Observer, Outcome, Progress
from srgan_core.training.schedule import learning_rate_factor
from srgan_core.training.step import GanStep, Weights
from srgan_core.training.warmups import read_warmup, write_warmup

GENERATOR_FILE, LOG_FILE, CHECKPOINTS = "generator.safetensors", "log.jsonl", "checkpoints"

WARMUP_BATCHES = 2**32
"""Where the batches of D's warm-up are counted from: G's first step sees batch 0 in any case."""


class Trainer:
    """Runs a `TrainingSpec` in a folder.

    Args:
        spec: What to train.
        sampler: Patches; a pure function of the step.
        folder: Receives `log.jsonl`, `checkpoints/` and `generator.safetensors`.
        device: Where to train.
        features: phi of the content loss, or None for `mse`.
        init: Generator to start from, or None for fresh weights from the seed.
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
        processes: Processes | None = None,
        warmups: Path | None = None,
        on_damaged: OnDamaged = lambda checkpoint, reason: None,
    ) -> None:
        self.on_damaged = on_damaged
        self.spec, self.config, self.sampler = spec, spec.training, sampler
        self.folder, self.device, self.warmups = folder, device, warmups
        self.processes = processes or Processes()
        _check_divisible(self.config.batch_size, self.processes.world_size, self.config.accumulate)
        self.generator: Generator = place(init or fresh_generator(spec), device).train()
        self.discriminator: Discriminator | None = place(fresh_discriminator(spec), device)
        self.optimizers = {
            "optimizer_g": adam(self.generator, self.config.learning_rate),
            "optimizer_d": adam(self.discriminator, self.config.discriminator.learning_rate),
        }
        self.average = moving_average(self.generator, self.config.ema_decay)
        precision = resolve_precision(self.config.precision, device)
        self.scaler = torch.amp.GradScaler(device.type, enabled=precision == torch.float16)
        self.step = GanStep(
            generator=self._prepared(self.generator),
            discriminator=self._prepared(self.discriminator),
            features=features,
            weights=Weights(spec.pixel_weight, spec.content_weight, spec.adversarial_weight),
            precision=precision,
        )
        warmup = self.config.discriminator.warmup_steps if self.discriminator else 0
        self.warmup, self.iterations = warmup, warmup + self.config.steps
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
                values = self._train_iteration(self.iteration)
                self.iteration += 1
                health.watch(self._telling(values), self.iteration)
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
        step = self.iteration - self.warmup
        if observer is None or step <= 0 or step % observer.every or not self.processes.first:
            return
        with clock.paused():
            shown = copy.deepcopy(self._result()).eval()
            if _is_finite(shown):
                observer.look(step, shown)

    def _finish(self, clock: Clock) -> Outcome:
        if not _is_finite(self._result()):
            cause = f"weights not finite after iteration {self.iteration}"
            return self._outcome("diverged", clock, cause)
        if self.processes.first:
            save_generator(self.folder / GENERATOR_FILE, self._result())
        return self._outcome("trained", clock)

    def _train_iteration(self, iteration: int) -> dict[str, Tensor]:
        """Runs one step; returns the batch's scalars, only D's while it warms up."""
        step = iteration - self.warmup
        generator_moves = step >= 0
        batch = self.sampler.batch(step if generator_moves else WARMUP_BATCHES + iteration)
        self._set_rates(max(0, step))
        self._set_batchnorm(step)
        loss_scale: Tensor | float = 1.0
        if self.scaler.is_enabled():
            loss_scale = self.scaler.scale(torch.ones((), device=self.device))
        parts = _split(batch, self.config.accumulate)
        collected = []
        for part in parts:
            if generator_moves:
                collected.append(self.step.accumulate(part, 1 / len(parts), loss_scale))
            else:
                with _kept_buffers(self.generator):
                    collected.append(self.step.warm_up(part, 1 / len(parts), loss_scale))
        self._update("optimizer_d")
        if generator_moves:
            self._update("optimizer_g")
            if self.average is not None:
                self.average.update_parameters(self.generator)
        if self.scaler.is_enabled():
            self.scaler.update()
        if step == -1:
            self._share_warmup()
        return combine_parts(collected)

    def _update(self, name: str) -> None:
        optimizer = self.optimizers[name]
        if optimizer is not None:
            self.scaler.step(optimizer)
            optimizer.zero_grad(set_to_none=True)

    def _set_rates(self, step: int) -> None:
        factor = learning_rate_factor(self.config, step)
        peaks = (self.config.learning_rate, self.config.discriminator.learning_rate)
        for optimizer, peak in zip(self.optimizers.values(), peaks, strict=True):
            if optimizer is not None:
                optimizer.param_groups[0]["lr"] = peak * factor

    def _set_batchnorm(self, step: int) -> None:
        """D's warm-up sees the generator as its first step will."""
        after = self.config.freeze_batchnorm_after
        frozen = after is not None and max(0, step) >= after
        for module in self.generator.modules():
            if isinstance(module, nn.BatchNorm2d) and module.training == frozen:
                module.train(not frozen)

    def _open_log(self) -> TrainingLog:
        """The log of the first process; the others' keeps nothing."""
        if not self.processes.first:
            return TrainingLog(None, self.iteration)
        events = self.folder / "tensorboard" if self.config.tensorboard else None
        return TrainingLog(self.folder / LOG_FILE, self.iteration, events)

    def _telling(self, values: dict[str, Tensor]) -> dict[str, Tensor]:
        """Values that are finite in every healthy run; float16 gradients may overflow once."""
        if not self.scaler.is_enabled():
            return values
        return {name: value for name, value in values.items() if not name.startswith("grad_")}

    def _cause(self, health: Health) -> str | None:
        """What is not finite; every process gets one as soon as any has."""
        cause = health.verdict()
        if self.processes.agree(cause is not None, self.device):
            return cause or "a value of another process is not finite"
        return None

    def _record(self, values: dict[str, Tensor], clock: Clock) -> dict[str, Any]:
        names = list(values)
        numbers = torch.stack([values[name] for name in names]).tolist()
        rate = clock.lap(self.iteration) * self.config.batch_size
        return {
            "iteration": self.iteration,
            "step": self.iteration - self.warmup,
            **dict(zip(names, numbers, strict=True)),
            "learning_rate": self.optimizers["optimizer_g"].param_groups[0]["lr"],  # type: ignore[union-attr]
            "patches_per_second": rate,
        }

    def _modules(self) -> dict[str, nn.Module | None]:
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "average": self.average,
        }

    def _save(self, clock: Clock) -> None:
        if not self.processes.first:
            return
        extra = {"seconds": self.seconds + clock.elapsed(), "scaler": self.scaler.state_dict()}
        tensors = flatten(self._modules(), self.optimizers)
        state = TrainingState(self.iteration, self.spec.digest(), extra, tensors)
        save_checkpoint(self.folder / CHECKPOINTS, state)

    def _resume(self) -> None:
        folder = self.folder / CHECKPOINTS
        state = load_checkpoint(folder, self.spec.digest(), self.on_damaged)
        if state is None:
            self._adopt_warmup()
            return
        restore(state.tensors, self._modules(), self.optimizers)
        if self.scaler.is_enabled():
            self.scaler.load_state_dict(state.extra["scaler"])
        self.iteration = self.resumed_from = state.iteration
        self.seconds = float(state.extra["seconds"])

    def _adopt_warmup(self) -> None:
        """Takes over the discriminator that another trial of the grid warmed up."""
        if self.warmups is None or self.warmup == 0:
            return
        state = read_warmup(self.warmups, self.spec)
        if state is not None:
            restore(state.tensors, *self._adversary())
            if self.scaler.is_enabled():
                self.scaler.load_state_dict(state.extra["scaler"])
            self.iteration = state.iteration

    def _share_warmup(self) -> None:
        if self.warmups is None or not self.processes.first:
            return
        extra = {"scaler": self.scaler.state_dict()}
        tensors = flatten(*self._adversary())
        write_warmup(self.warmups, self.spec, self.warmup, extra, tensors)

    def _adversary(
        self,
    ) -> tuple[dict[str, nn.Module | None], dict[str, torch.optim.Optimizer | None]]:
        """The part of the state that a warm-up changes."""
        optimizer = self.optimizers["optimizer_d"]
        return {"discriminator": self.discriminator}, {"optimizer_d": optimizer}

    def _result(self) -> Generator:
        if self.average is None:
            return self.generator
        return cast(Generator, self.average.module)

    def _prepared(self, network: nn.Module | None) -> Any:
        wrapped = self.processes.wrap(network)
        return torch.compile(wrapped) if self.config.compile and wrapped else wrapped

    def _outcome(
        self, status: Literal["trained", "interrupted", "diverged"], clock: Clock, cause: str = ""
    ) -> Outcome:
        seconds = self.seconds + clock.elapsed()
        return Outcome(status, self.iteration, seconds, self.resumed_from, cause or None)


def _check_divisible(batch_size: int, processes: int, parts: int) -> None:
    """Unequal parts would weigh their patches unequally."""
    if batch_size % (processes * parts):
        raise ConfigError(
            f"training.batch_size: expected a multiple of {processes} processes x {parts} parts "
            f"(training.accumulate), got {batch_size}"
        )


@contextmanager
def _kept_buffers(network: nn.Module) -> Iterator[None]:
    """Puts BatchNorm's statistics back afterwards."""
    kept = [buffer.clone() for buffer in network.buffers()]
    yield
    for buffer, value in zip(network.buffers(), kept, strict=True):
        buffer.copy_(value)


def _is_finite(network: nn.Module) -> bool:
    return all(bool(value.isfinite().all()) for value in network.state_dict().values())


def _split(batch: Batch, parts: int) -> list[Batch]:
    chunks = zip(batch.lr.chunk(parts), batch.hr.chunk(parts), strict=True)
    return [Batch(lr, hr) for lr, hr in chunks]
