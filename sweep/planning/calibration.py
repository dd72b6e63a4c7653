"""Times a few real training steps on this device, seconds in all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from srgan_core.data.degrading import degraded, patch_random
from srgan_core.data.patches import Batch
from srgan_core.feature_cuts import FEATURE_CUTS
from srgan_core.losses import ADVERSARIAL_LOSSES
from srgan_core.training.config import TrainingSpec
from srgan_core.training.fresh import adam, first_discriminator, fresh_generator, place
from srgan_core.training.hardware import prepare_torch, resolve_precision
from srgan_core.training.recorded import Recorder, is_recordable
from srgan_core.training.step import GanStep, Weights
from srgan_core.vgg import VggFeatures
from srgan_core.weights.catalogue import PREFIX, feature_layers

CALIBRATION_SECONDS = 1.5
"""How long steps of one kind are repeated; one step at least is timed."""

WHOLE_BATCH_SECONDS = 4.0
"""Longest step that is timed with its whole batch; of a longer one two smaller batches are."""

SMALLEST_BATCH = 2
"""Patches; BatchNorm cannot train on one of 16 px, which the discriminator brings down to 1 px."""


Action = Callable[[Batch], dict[str, Tensor]]

Phase = tuple[Action, int]
"""What a step does, and on how many patches."""


@dataclass(frozen=True)
class StepCost:
    """What one step of a kind costs here and now.

    Attributes:
        seconds: A step of the generator, with the discriminator's where there is one.
        warmup_seconds: A step that warms the discriminator up; 0 where there is none.
        peak_bytes: Largest memory of the device during the steps; None on a CPU.
        waited: Share of the time in which other programs had the processor. On a CPU that time
            is not counted into the seconds: it says nothing of a later day.
    """

    seconds: float
    warmup_seconds: float
    peak_bytes: float | None
    waited: float = 0.0


def measure_step(spec: TrainingSpec, device: torch.device) -> StepCost:
    """Trains fresh networks for a few steps on random patches, degraded anew for each step.

    Pretrained weights are not needed: a random VGG costs the same.

    Returns:
        The mean over as many steps as fit into `CALIBRATION_SECONDS`; the first ones, which
        allocate, or record what later ones replay, are left out.
    """
    prepare_torch(spec.threads, device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    bench = _Benchmark(spec, device)
    warmup = bench.seconds(bench.step.warm_up) if bench.discriminator is not None else 0.0
    seconds = bench.seconds(bench.step.accumulate)
    peak = float(torch.cuda.max_memory_allocated(device)) if device.type == "cuda" else None
    return StepCost(seconds, warmup, peak, bench.waited())


class _Benchmark:
    """Networks, optimizers and a step, as the trainer has them."""

    def __init__(self, spec: TrainingSpec, device: torch.device) -> None:
        self.spec, self.device = spec, device
        self._elapsed = self._computed = 0.0
        self.generator = place(fresh_generator(spec), device).train()
        self.discriminator = place(first_discriminator(spec), device)
        self.optimizers = [adam(self.generator, 1e-4), adam(self.discriminator, 1e-4)]
        precision = resolve_precision(spec.training.precision, device)
        self.recorder = Recorder[Phase](device, is_recordable(device, precision))
        self.step = GanStep(
            self.generator,
            self.discriminator,
            _random_features(spec.content, device),
            Weights(spec.pixel_weight, spec.content_weight, spec.adversarial_weight),
            precision,
            ADVERSARIAL_LOSSES[spec.training.adversarial_loss],
        )

    def seconds(self, action: Action) -> float:
        """Seconds of one optimizer step over a whole batch."""
        parts = self.spec.training.accumulate
        size = self.spec.training.batch_size // parts
        if size <= SMALLEST_BATCH:
            return parts * self._time(action, size)
        self._time(action, SMALLEST_BATCH, once=True)
        few = self._time(action, SMALLEST_BATCH, once=True)
        if few * size / SMALLEST_BATCH <= WHOLE_BATCH_SECONDS:
            return parts * self._time(action, size)
        # What a patch adds, and what every step costs whatever its batch, apart.
        more = self._time(action, 2 * SMALLEST_BATCH, once=True)
        patch = max(0.0, more - few) / SMALLEST_BATCH
        return parts * (few + (size - SMALLEST_BATCH) * patch)

    def waited(self) -> float:
        """Share of the time in which the processor was not this program's."""
        if self.device.type != "cpu" or not self._elapsed:
            return 0.0
        return max(0.0, 1 - self._computed / self._elapsed)

    def _time(self, action: Action, size: int, once: bool = False) -> float:
        batch = self._batch(size)
        for _ in range(0 if once else self.recorder.first_runs):
            self._run(action, batch)
        count, begin, begin_computing = 0, time.monotonic(), time.process_time()
        while count == 0 or (not once and time.monotonic() - begin < CALIBRATION_SECONDS):
            self._run(action, batch)
            count += 1
        elapsed = time.monotonic() - begin
        # Threads that wait for each other do it by turning, so all of them count as busy.
        computed = min(elapsed, (time.process_time() - begin_computing) / self.spec.threads)
        self._elapsed += elapsed
        self._computed += computed
        return (computed if self.device.type == "cpu" else elapsed) / count

    def _run(self, action: Action, batch: Batch) -> None:
        self.recorder.run(self._update, self._spoiled(batch), (action, len(batch.hr)))
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def _update(self, batch: Batch, phase: Phase) -> dict[str, Tensor]:
        action, _ = phase
        values = action(batch)
        self.step.join()
        for optimizer in self.optimizers:
            if optimizer is not None:
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
        return values

    def _spoiled(self, batch: Batch) -> Batch:
        """The batch with LR made of HR by way of the degradation, if there is one."""
        if self.spec.degradation is None:
            return batch
        random = [patch_random(0, 0, place) for place in range(len(batch.hr))]
        lr = degraded(batch.hr, self.spec.scale, self.spec.degradation, random)
        return Batch(lr.contiguous(memory_format=torch.channels_last), batch.hr)

    def _batch(self, size: int) -> Batch:
        side, generator = self.spec.training.patch_size, torch.Generator().manual_seed(0)
        small = side // self.spec.scale
        shapes = ((size, 3, small, small), (size, 3, side, side))
        lr, hr = (
            torch.rand(shape, generator=generator)
            .to(self.device)
            .contiguous(memory_format=torch.channels_last)
            for shape in shapes
        )
        return Batch(lr, hr)


def _random_features(content: str, device: torch.device) -> nn.Module | None:
    """A VGG whose values neither vanish nor grow from layer to layer."""
    if content not in FEATURE_CUTS:
        return None
    cut, generator = FEATURE_CUTS[content], torch.Generator().manual_seed(0)
    state = {}
    for name, value in feature_layers(cut.architecture)[: cut.stop].state_dict().items():
        spread = (2 / value[0].numel()) ** 0.5 if value.ndim > 1 else 0.0
        state[f"{PREFIX}{name}"] = torch.randn(value.shape, generator=generator) * spread
    return VggFeatures(content, state).to(device)
