"""What is trained, and one iteration of it: networks, optimizers, moving average, loss scaling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from srgan_core.data.patches import Batch, PatchSampler
from srgan_core.errors import ConfigError
from srgan_core.losses import ADVERSARIAL_LOSSES
from srgan_core.networks import Discriminator, Generator
from srgan_core.training.checkpoint import TrainingState, flatten, restore
from srgan_core.training.config import TrainingSpec
from srgan_core.training.distributed import Processes
from srgan_core.training.fresh import (
    adam,
    first_discriminator,
    fresh_generator,
    moving_average,
    place,
)
from srgan_core.training.hardware import resolve_precision
from srgan_core.training.monitor import combine_parts
from srgan_core.training.recorded import Recorder, is_recordable
from srgan_core.training.schedule import learning_rate_factor
from srgan_core.training.step import GanStep, Weights

WARMUP_BATCHES = 2**32
"""Where the batches of D's warm-up are counted from: G's first step sees batch 0 in any case."""


@dataclass(frozen=True)
class Phase:
    """What many iterations in a row have in common.

    Attributes:
        generator_moves: Whether D's warm-up is over.
        frozen: Whether G's BatchNorm keeps its statistics.
        is_first: Whether G moves for the first time.
    """

    generator_moves: bool
    frozen: bool
    is_first: bool


class Learner:
    """The networks of one training with all that moves them.

    Args:
        spec: What to train.
        sampler: Patches; a pure function of the step.
        device: Where to train.
        features: phi of the content loss, or None for `mse`.
        init: Generator to start from, or None for fresh weights from the seed.
        init_discriminator: Discriminator to go on with, or None for a fresh one.
        processes: This process's place in a distributed run.

    Attributes:
        learning_rate: G's in the last iteration.

    Raises:
        ConfigError: when the batch does not divide into processes and parts.
    """

    def __init__(
        self,
        spec: TrainingSpec,
        sampler: PatchSampler,
        *,
        device: torch.device,
        features: nn.Module | None,
        init: Generator | None,
        init_discriminator: Discriminator | None = None,
        processes: Processes,
    ) -> None:
        self.config, self.sampler = spec.training, sampler
        self.device, self.processes = device, processes
        _check_divisible(self.config.batch_size, processes.world_size, self.config.accumulate)
        self.generator: Generator = place(init or fresh_generator(spec), device).train()
        discriminator = first_discriminator(spec, init_discriminator)
        self.discriminator: Discriminator | None = place(discriminator, device)
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
            adversarial_loss=ADVERSARIAL_LOSSES[self.config.adversarial_loss],
        )
        self.warmup, self.learning_rate = spec.warmup_steps, 0.0
        # With several processes, which wait for each other, it was not tried.
        records = is_recordable(device, precision) and processes.world_size == 1
        self.recorder = Recorder[Phase](device, records)

    @property
    def result(self) -> Generator:
        """The generator that the training is for: the moving average where there is one."""
        return self.generator if self.average is None else cast(Generator, self.average.module)

    def train(self, iteration: int) -> dict[str, Tensor]:
        """Runs one iteration.

        Returns:
            The batch's scalars, only D's while it warms up; they hold until the next iteration.
        """
        step = iteration - self.warmup
        generator_moves = step >= 0
        batch = self.sampler.batch(step if generator_moves else WARMUP_BATCHES + iteration)
        self._set_rates(max(0, step))
        frozen = self._set_batchnorm(max(0, step))
        phase = Phase(generator_moves, frozen, is_first=step == 0)
        return self.recorder.run(self._train_on, batch, phase)

    def _train_on(self, batch: Batch, phase: Phase) -> dict[str, Tensor]:
        """What happens on the device."""
        loss_scale: Tensor | float = 1.0
        if self.scaler.is_enabled():
            loss_scale = self.scaler.scale(torch.ones((), device=self.device))
        parts = _split(batch, self.config.accumulate)
        collected = []
        for part in parts:
            if phase.generator_moves:
                collected.append(self.step.accumulate(part, 1 / len(parts), loss_scale))
            else:
                with _kept_buffers(self.generator):
                    collected.append(self.step.warm_up(part, 1 / len(parts), loss_scale))
        with self.step.adversary.aside():
            self.update("optimizer_d")
        if phase.generator_moves:
            self.update("optimizer_g")
            if self.average is not None:
                self.average.update(first=phase.is_first)
        self.step.join()
        if self.scaler.is_enabled():
            self.scaler.update()
        return combine_parts(collected)

    def update(self, name: str) -> None:
        """Steps one of the optimizers, if there is one."""
        optimizer = self.optimizers[name]
        if optimizer is not None:
            self.scaler.step(optimizer)
            optimizer.zero_grad(set_to_none=True)

    def telling(self, values: dict[str, Tensor]) -> dict[str, Tensor]:
        """Values that are finite in every healthy run; float16 gradients may overflow once."""
        if not self.scaler.is_enabled():
            return values
        return {name: value for name, value in values.items() if not name.startswith("grad_")}

    def state(
        self, iteration: int, digest: str, adversary_alone: bool = False, **extra: Any
    ) -> TrainingState:
        """What another process needs to go on, or of it the part that a warm-up changes."""
        tensors = flatten(*self._parts(adversary_alone))
        extra |= {"scaler": self.scaler.state_dict()}
        return TrainingState(iteration, digest, extra, tensors)

    def restore(self, state: TrainingState, adversary_alone: bool = False) -> None:
        """Puts a state back where `state` took it from."""
        restore(state.tensors, *self._parts(adversary_alone))
        if self.scaler.is_enabled():
            self.scaler.load_state_dict(state.extra["scaler"])

    def _parts(
        self, adversary_alone: bool
    ) -> tuple[dict[str, nn.Module | None], dict[str, torch.optim.Optimizer | None]]:
        modules: dict[str, nn.Module | None] = {"discriminator": self.discriminator}
        if adversary_alone:
            return modules, {"optimizer_d": self.optimizers["optimizer_d"]}
        whole = {"generator": self.generator, **modules, "average": self.average}
        return whole, dict(self.optimizers)

    def _set_rates(self, step: int) -> None:
        factor = learning_rate_factor(self.config, step)
        self.learning_rate = self.config.learning_rate * factor
        rates = (self.learning_rate, self.config.discriminator.learning_rate * factor)
        for optimizer, rate in zip(self.optimizers.values(), rates, strict=True):
            if optimizer is not None:
                optimizer.set_rate(rate)

    def _set_batchnorm(self, step: int) -> bool:
        """Freezes G's BatchNorm when its time has come; D's warm-up sees it as G's first step will.

        Returns:
            Whether it is frozen.
        """
        after = self.config.freeze_batchnorm_after
        frozen = after is not None and step >= after
        for module in self.generator.modules():
            if isinstance(module, nn.BatchNorm2d) and module.training == frozen:
                module.train(not frozen)
        return frozen

    def _prepared(self, network: nn.Module | None) -> Any:
        wrapped = self.processes.wrap(network)
        return torch.compile(wrapped) if self.config.compile and wrapped else wrapped


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


def _split(batch: Batch, parts: int) -> list[Batch]:
    chunks = zip(batch.lr.chunk(parts), batch.hr.chunk(parts), strict=True)
    return [Batch(lr, hr) for lr, hr in chunks]
