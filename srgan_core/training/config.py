"""Everything that decides how one generator is trained."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from srgan_core.data.dead_leaves import DeadLeavesConfig
from srgan_core.data.degradation import Degradation
from srgan_core.data.sources import check_source_name
from srgan_core.settings import LARGEST_SEED, MOST_STEPS, MOST_THREADS, Settings

Precision = Literal["auto", "float32", "bfloat16", "float16"]
AdversarialLoss = Literal["offset", "non-saturating"]
Schedule = Literal["constant", "milestones", "cosine"]


class DataConfig(Settings):
    """What patches are cut from."""

    sources: dict[str, float] = Field(
        description="Data source to the probability (not normalised) of drawing a patch from it."
    )
    dead_leaves: DeadLeavesConfig = Field(
        DeadLeavesConfig(), description="Parameters of the synthetic images."
    )
    split_seed: int = Field(0, ge=0, le=LARGEST_SEED, description="Seed of VOC2012's split.")
    skip_unfit: bool = Field(
        False,
        description="Leave out images that cannot be read or are smaller than a patch, and record "
        "which, instead of refusing to train.",
    )

    @field_validator("sources")
    @classmethod
    def _known_sources(cls, sources: dict[str, float]) -> dict[str, float]:
        if not sources:
            raise ValueError("at least one data source")
        for name, share in sources.items():
            check_source_name(name)
            if not share > 0:
                raise ValueError(f"a share above 0 for {name}")
        # Draws follow the order of the sources, which the digest does not see.
        return dict(sorted(sources.items(), key=lambda item: (-item[1], item[0])))


class DiscriminatorConfig(Settings):
    """The discriminator and its optimizer."""

    channels: int = Field(
        64, ge=1, le=4096, description="Width of the first convolution; 64 is SRGAN's."
    )
    learning_rate: float = Field(1e-4, gt=0, description="Adam's peak learning rate for D.")
    warmup_steps: int = Field(
        0,
        ge=0,
        le=MOST_STEPS,
        description="Steps that train D alone before the generator first moves.",
    )


class TrainingConfig(Settings):
    """One phase of training: its length, optimizer, numerics and bookkeeping."""

    steps: int = Field(ge=1, le=MOST_STEPS, description="Updates of the generator.")
    batch_size: int = Field(16, ge=1, le=2**16, description="Patches a step, over all processes.")
    patch_size: int = Field(
        96,
        ge=16,
        le=2**14,
        description="Side of an HR patch in pixels; a multiple of 16 and of the scale.",
    )
    learning_rate: float = Field(1e-4, gt=0, description="Adam's peak learning rate for G.")
    schedule: Schedule = Field("cosine", description="Course of both learning rates.")
    ramp: float = Field(
        0.0, ge=0, lt=1, description="Share of the steps over which the rate rises to its peak."
    )
    milestones: tuple[int, ...] = Field(
        (), description="Steps after which the rates are multiplied by milestone_factor."
    )
    milestone_factor: float = Field(0.1, gt=0, le=1, description="See milestones.")
    freeze_batchnorm_after: int | None = Field(
        None, ge=0, description="Step from which G's BatchNorm statistics stay; null for never."
    )
    precision: Precision = Field(
        "auto", description="Of the forward passes; auto is bfloat16 where the device has it."
    )
    accumulate: int = Field(1, ge=1, le=2**16, description="Parts that a batch is processed in.")
    ema_decay: float = Field(
        0.0, ge=0, lt=1, description="Decay of an exponential moving average of G; 0 is off."
    )
    compile: bool = Field(False, description="Pass the networks through torch.compile.")
    tensorboard: bool = Field(False, description="Write TensorBoard event files too.")
    adversarial_loss: AdversarialLoss = Field(
        "offset",
        description="Form of G's adversarial term: -log(sigmoid(D) + 1e-3), the source article's, "
        "or softplus(-D), whose gradient does not vanish where D is sure.",
    )
    checkpoint_every: int = Field(
        500, ge=1, le=MOST_STEPS, description="Steps between checkpoints."
    )
    log_every: int = Field(10, ge=1, le=MOST_STEPS, description="Steps between lines of the log.")
    discriminator: DiscriminatorConfig = Field(
        DiscriminatorConfig(), description="The adversary; unused where its weight is 0."
    )

    @model_validator(mode="after")
    def _divisible(self) -> TrainingConfig:
        if self.patch_size % 16:
            raise ValueError(f"patch_size to be a multiple of 16, got {self.patch_size}")
        if self.batch_size % self.accumulate:
            raise ValueError(
                f"accumulate to divide batch_size {self.batch_size}, got {self.accumulate}"
            )
        if self.milestones and self.schedule != "milestones":
            raise ValueError(
                f"schedule: milestones beside milestones {list(self.milestones)}, got "
                f"schedule: {self.schedule}"
            )
        return self


class Degradable(Settings):
    """A config with a field `degradation`, which stands in its document only where it is used.

    Results that are older than the field then keep their names and bytes.
    """

    DEGRADATION: ClassVar[str] = (
        "What LR that is made of HR suffers besides shrinking; null for bicubic alone."
    )

    if TYPE_CHECKING:
        # Each config has it at a place of its own.
        degradation: Degradation | None

    @model_serializer(mode="wrap")
    def _without_none(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = write(self)
        if self.degradation is None:
            fields.pop("degradation", None)
        return fields

    def refuse_wide_blur(self, patch_size: int, setting: str) -> None:
        """Raises ValueError where the blur is wider than patches, whose side that key sets."""
        if self.degradation is None:
            return
        if problem := self.degradation.describe_wider_than(patch_size, setting):
            raise ValueError(problem)


class TrainingSpec(Degradable):
    """One generator: everything that its weights depend on."""

    scale: int = Field(4, description="Magnification: 2, 4 or 8.")
    seed: int = Field(
        0, ge=0, le=LARGEST_SEED, description="Seed of initial weights, patches and D."
    )
    content: str = Field("mse", description="Content loss.")
    adversarial_weight: float = Field(0.0, ge=0, description="lambda; 0 trains without D.")
    pixel_weight: float = Field(1.0, ge=0, description="Weight of the pixel term.")
    content_weight: float = Field(0.0, ge=0, description="Weight of the content term.")
    init_sha256: str | None = Field(
        None, description="Hash of the generator to start from; null for fresh weights."
    )
    init_discriminator_sha256: str | None = Field(
        None, description="Hash of the discriminator to go on with; null for a fresh one."
    )
    threads: int = Field(
        1, ge=1, le=MOST_THREADS, description="CPU threads; results depend on their number."
    )
    device: str = Field("cpu", description="Kind of device: cpu, cuda, mps.")
    data: DataConfig = Field(description="What patches are cut from.")
    degradation: Degradation | None = Field(None, description=Degradable.DEGRADATION)
    training: TrainingConfig = Field(description="How the phase runs.")

    @model_validator(mode="after")
    def _patch_fits_scale(self) -> TrainingSpec:
        if self.scale not in (2, 4, 8):
            raise ValueError(f"scale to be 2, 4 or 8, got {self.scale}")
        if self.training.patch_size % self.scale:
            raise ValueError(
                f"patch_size to be a multiple of the scale {self.scale}, "
                f"got {self.training.patch_size}"
            )
        self.refuse_wide_blur(self.training.patch_size, "training.patch_size")
        return self

    @property
    def warmup_steps(self) -> int:
        """Steps of D's warm-up; 0 without an adversary."""
        return self.training.discriminator.warmup_steps if self.adversarial_weight else 0

    @property
    def iterations(self) -> int:
        """Steps in all, the warm-up included."""
        return self.warmup_steps + self.training.steps

    def canonical(self) -> dict[str, Any]:
        """The fields that the weights depend on, without bookkeeping, for hashing."""
        fields = self.model_dump(mode="json")
        for name in ("checkpoint_every", "log_every", "tensorboard"):
            del fields["training"][name]
        # Fields that specs of older results lack count only where they say something else.
        if self.init_discriminator_sha256 is None:
            del fields["init_discriminator_sha256"]
        if self.training.adversarial_loss == "offset":
            del fields["training"]["adversarial_loss"]
        if not self.data.skip_unfit:
            del fields["data"]["skip_unfit"]
        return fields

    def digest(self) -> str:
        """SHA-256 of the canonical fields, 64 hexadecimal digits."""
        return _digest(self.canonical())

    def warmup_digest(self) -> str:
        """The same of the fields that decide the discriminator's warm-up: not the objective."""
        objective = ("content", "adversarial_weight", "pixel_weight", "content_weight")
        fields = self.canonical()
        return _digest({name: fields[name] for name in fields if name not in objective})


def _digest(fields: dict[str, Any]) -> str:
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
