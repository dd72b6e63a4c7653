"""Trains one generator from its spec: the loop, its checkpoints, its log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from srgan_core.data.patches import Batch, PatchSampler
from srgan_core.inference import save_generator
from srgan_core.networks import Discriminator, Generator
from srgan_core.training.checkpoint import (
    TrainingState,
    flatten,
    load_checkpoint,
    restore,
    save_checkpoint,
)
from srgan_core.training.config import TrainingSpec
from srgan_core.training.distributed import Processes
from srgan_core.training.log import TrainingLog
from srgan_core.training.schedule import learning_rate_factor
from srgan_core.training.step import GanStep, Weights

GENERATOR_FILE, LOG_FILE, CHECKPOINTS = "generator.safetensors", "log.jsonl", "checkpoints"

DISCRIMINATOR_SEED_OFFSET = 1_000_003
"""Keeps D's initial weights apart from G's under the same seed."""


@dataclass(frozen=True)
class Progress:
    """Where a training stands, reported after every logged step."""

    iteration: int
    iterations: int
    record: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes:
        status: `trained`, `interrupted` (a checkpoint is there) or `diverged`.
        iteration: Iterations done, the discriminator's warm-up included.
        seconds: Wall-clock seconds of training over all attempts.
        resumed_from: Iteration that this attempt went on from; None for a fresh start.
        cause: What became non-finite, and when; None unless diverged.
    """

    status: Literal["trained", "interrupted", "diverged"]
    iteration: int
    seconds: float
    resumed_from: int | None = None
    cause: str | None = None


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
    ) -> None:
        self.spec, self.config, self.sampler = spec, spec.training, sampler
        self.folder, self.device = folder, device
        self.processes = processes or Processes()
        self.generator = _to(init or _fresh_generator(spec), device).train()
        self.discriminator = _to(_fresh_discriminator(spec), device)
        self.optimizers = {
            "optimizer_g": _adam(self.generator, self.config.learning_rate),
            "optimizer_d": _adam(self.discriminator, self.config.discriminator.learning_rate),
        }
        self.average = _moving_average(self.generator, self.config.ema_decay)
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
    ) -> Outcome:
        """Trains to the end, from the last checkpoint if there is one.

        Args:
            on_progress: Told about every logged step.
            should_stop: Asked after every step; when it says so, a checkpoint is written and
                the run ends.

        Returns:
            How it ended; only `trained` leaves a `generator.safetensors`.
        """
        self._resume()
        events = self.folder / "tensorboard" if self.config.tensorboard else None
        log_file = self.folder / LOG_FILE
        health = _Health(self.device)
        with TrainingLog(log_file, self.iteration, events) as log:
            clock = _Clock(self.iteration)
            while self.iteration < self.iterations:
                values = self._train_iteration(self.iteration)
                self.iteration += 1
                health.watch(values, self.iteration)
                last = self.iteration == self.iterations
                if values and (last or self.iteration % self.config.log_every == 0):
                    cause = health.verdict()
                    record = self._record(values, clock)
                    if self.processes.first:
                        log.write(record)
                    on_progress(Progress(self.iteration, self.iterations, record))
                    if cause:
                        return self._outcome("diverged", clock, cause)
                stop = not last and self.processes.agree(should_stop(), self.device)
                if stop or (not last and self.iteration % self.config.checkpoint_every == 0):
                    if cause := health.verdict():
                        return self._outcome("diverged", clock, cause)
                    log.flush()
                    self._save(clock)
                if stop:
                    return self._outcome("interrupted", clock)
            log.flush()
        if self.processes.first:
            save_generator(self.folder / GENERATOR_FILE, self._result())
        return self._outcome("trained", clock)

    def _train_iteration(self, iteration: int) -> dict[str, Tensor]:
        """Runs one step; returns the batch's scalars, nothing while D warms up."""
        batch = self.sampler.batch(iteration)
        generator_moves = iteration >= self.warmup
        self._set_rates(max(0, iteration - self.warmup))
        self._set_batchnorm(iteration - self.warmup)
        loss_scale: Tensor | float = 1.0
        if self.scaler.is_enabled():
            loss_scale = self.scaler.scale(torch.ones((), device=self.device))
        parts = _split(batch, self.config.accumulate)
        collected = []
        for part in parts:
            if generator_moves:
                collected.append(self.step.accumulate(part, 1 / len(parts), loss_scale))
            else:
                self.step.warm_up(part, 1 / len(parts), loss_scale)
        self._update("optimizer_d")
        if generator_moves:
            self._update("optimizer_g")
            if self.average is not None:
                self.average.update_parameters(self.generator)
        if self.scaler.is_enabled():
            self.scaler.update()
        return _mean(collected)

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

    def _record(self, values: dict[str, Tensor], clock: _Clock) -> dict[str, Any]:
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

    def _save(self, clock: _Clock) -> None:
        if not self.processes.first:
            return
        extra = {"seconds": self.seconds + clock.elapsed(), "scaler": self.scaler.state_dict()}
        tensors = flatten(self._modules(), self.optimizers)
        state = TrainingState(self.iteration, self.spec.digest(), extra, tensors)
        save_checkpoint(self.folder / CHECKPOINTS, state)

    def _resume(self) -> None:
        state = load_checkpoint(self.folder / CHECKPOINTS, self.spec.digest())
        if state is None:
            return
        restore(state.tensors, self._modules(), self.optimizers)
        if self.scaler.is_enabled():
            self.scaler.load_state_dict(state.extra["scaler"])
        self.iteration = self.resumed_from = state.iteration
        self.seconds = float(state.extra["seconds"])

    def _result(self) -> Generator:
        if self.average is None:
            return self.generator
        averaged: Generator = self.average.module  # type: ignore[assignment]
        return averaged

    def _prepared(self, network: nn.Module | None) -> Any:
        wrapped = self.processes.wrap(network)
        return torch.compile(wrapped) if self.config.compile and wrapped else wrapped

    def _outcome(
        self, status: Literal["trained", "interrupted", "diverged"], clock: _Clock, cause: str = ""
    ) -> Outcome:
        seconds = self.seconds + clock.elapsed()
        return Outcome(status, self.iteration, seconds, self.resumed_from, cause or None)


class _Clock:
    """Wall-clock time of this attempt and the rate since the last lap."""

    def __init__(self, iteration: int) -> None:
        self._begin = self._last = time.monotonic()
        self._iteration = iteration

    def elapsed(self) -> float:
        return time.monotonic() - self._begin

    def lap(self, iteration: int) -> float:
        """Iterations a second since the last lap."""
        now = time.monotonic()
        rate = (iteration - self._iteration) / max(now - self._last, 1e-9)
        self._last, self._iteration = now, iteration
        return rate


class _Health:
    """Remembers on the device which value first stopped being finite, without waiting for it."""

    def __init__(self, device: torch.device) -> None:
        self._first = torch.full((), -1, dtype=torch.int64, device=device)
        self._values: Tensor | None = None
        self._names: list[str] = []

    def watch(self, values: dict[str, Tensor], iteration: int) -> None:
        if not values:
            return
        current = torch.stack(list(values.values()))
        if self._values is None:
            self._values, self._names = current, list(values)
        fresh = (self._first < 0) & ~current.isfinite().all()
        self._first = torch.where(fresh, iteration, self._first)
        self._values = torch.where(fresh, current, self._values)

    def verdict(self) -> str | None:
        """Names the first non-finite value, or None; waits for the device."""
        if self._values is None or self._first.item() < 0:
            return None
        broken = [
            name
            for name, finite in zip(self._names, self._values.isfinite().tolist(), strict=True)
            if not finite
        ]
        return f"{', '.join(broken)} not finite at iteration {self._first.item()}"


def resolve_precision(name: str, device: torch.device) -> torch.dtype:
    """Chooses the type of the autocast forward passes.

    Args:
        name: `auto`, `float32`, `bfloat16` or `float16`.
        device: Where the training runs.

    Returns:
        The type; `auto` gives bfloat16 where the hardware multiplies it natively.
    """
    if name != "auto":
        chosen: torch.dtype = getattr(torch, name)
        return chosen
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        native = torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.bfloat16 if native else torch.float32


def _fresh_generator(spec: TrainingSpec) -> Generator:
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(spec.seed)
        return Generator(spec.scale)


def _fresh_discriminator(spec: TrainingSpec) -> Discriminator | None:
    if spec.adversarial_weight == 0:
        return None
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(spec.seed + DISCRIMINATOR_SEED_OFFSET)
        return Discriminator(spec.training.patch_size, spec.training.discriminator.channels)


def _to(network: Any, device: torch.device) -> Any:
    return network.to(device, memory_format=torch.channels_last) if network is not None else None


def _adam(network: nn.Module | None, learning_rate: float) -> torch.optim.Adam | None:
    if network is None:
        return None
    return torch.optim.Adam(network.parameters(), lr=learning_rate, fused=True)


def _moving_average(generator: Generator, decay: float) -> AveragedModel | None:
    if decay == 0:
        return None
    return AveragedModel(generator, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)


def _split(batch: Batch, parts: int) -> list[Batch]:
    chunks = zip(batch.lr.chunk(parts), batch.hr.chunk(parts), strict=True)
    return [Batch(lr, hr) for lr, hr in chunks]


def _mean(collected: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    if len(collected) <= 1:
        return collected[0] if collected else {}
    return {name: torch.stack([v[name] for v in collected]).mean() for name in collected[0]}
