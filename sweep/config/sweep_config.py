"""What a sweep is: its grid, its objective, its training, its test sets and metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic.functional_validators import ModelWrapValidatorHandler

from srgan_core.data.degradation import Degradation
from srgan_core.settings import MOST_THREADS, Settings
from srgan_core.training.config import DataConfig, Degradable, TrainingConfig
from sweep.config.axes import checked_axes
from sweep.config.axis_names import AxisValue
from sweep.config.checks import (
    A_CONTENT,
    A_DEVICE,
    DISTINCT,
    EACH_CONTENT,
    EACH_METRIC,
    EACH_TEST_SET,
    NUMBERS,
    RANGES,
    SAME_KIND,
    SEEDS,
    SINGLE_VALUES,
    SPREADS,
    Coefficient,
)
from sweep.config.names import DEGRADED_PREFIX, StartKind, bare_set, explicit_set
from sweep.metrics.registry import DEFAULT_GROUPS

SCHEMA = 1
"""Version of `sweep.yaml` and of the results folder's layout."""


class GridConfig(Settings):
    """The axes of the grid."""

    adv: Annotated[tuple[Coefficient, ...], NUMBERS, DISTINCT, SPREADS] = Field(
        (1e-4, 1e-3, 1e-2),
        description="Adversarial coefficients, each above or equal to 0; 1e-4:1e-2:5 stands for "
        "five of them, spaced by equal factors.",
    )
    content: Annotated[tuple[str, ...], EACH_CONTENT, DISTINCT] = Field(
        ("mse", "vgg22", "vgg54"), description="Content losses."
    )
    seeds: Annotated[tuple[int, ...], SEEDS, DISTINCT, RANGES] = Field(
        (0,), description="Seeds, from 0 to 4294967295; 0-4 stands for five of them."
    )
    start: Annotated[tuple[StartKind, ...], DISTINCT] = Field(
        (StartKind.SRRESNET,),
        description="Ends of the curve that trials set out from: srresnet, srgan.",
    )
    control: bool = Field(
        True, description="Add lambda = 0 once per content loss: further training without D."
    )
    trials: int | None = Field(
        None,
        ge=1,
        description="Most trials of a sweep that places coefficients beside those of adv, where "
        "the largest gap of a curve is, all content losses together; null to place none.",
    )
    axes: dict[str, Annotated[tuple[AxisValue, ...], SINGLE_VALUES]] = Field(
        {},
        description="Further axes: key of a setting that changes training, such as "
        "adversarial.learning_rate, to its values.",
    )

    @model_serializer(mode="wrap")
    def _without_absent_axes(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A config without further axes reads as it did before there were any."""
        fields: dict[str, Any] = write(self)
        if not self.axes:
            del fields["axes"]
        return fields

    @property
    def coefficients(self) -> tuple[float, ...]:
        """The coefficients that are trained for each content loss, rising, the control included."""
        return tuple(sorted({0.0, *self.adv} if self.control else self.adv))

    @property
    def ends(self) -> tuple[float, ...]:
        """The smallest and the largest coefficient above 0, rising, and 0 where it is in adv."""
        above = [adv for adv in self.adv if adv]
        kept = {0.0} & {*self.adv} | {min(above), max(above)} if above else {*self.adv}
        return tuple(sorted(kept))


class TermWeights(Settings):
    """Coefficients of the two fidelity terms of L_G for one content loss."""

    pixel_weight: float = Field(1.0, ge=0, description="Weight of the pixel term.")
    content_weight: float = Field(0.0, ge=0, description="Weight of the content term.")


class StartConfig(Settings):
    """What trials of a seed set out from.

    Attributes:
        start: Where it is taken from when no file is given.
        init: File or folder of the user.
        training: How it is trained.
    """

    SECTION: ClassVar[str]

    start: Literal["bundled", "train"]
    init: Path | None
    training: TrainingConfig | None

    @property
    def is_trained(self) -> bool:
        """Whether the sweep itself trains it, once per seed."""
        return self.init is None and self.start == "train"

    @model_validator(mode="after")
    def _trainable(self) -> StartConfig:
        if self.start == "train" and self.training is None:
            raise ValueError(
                "a training section beside start: train, which --set "
                f"{self.SECTION}.training.steps=N begins"
            )
        return self


class SrresnetConfig(StartConfig):
    """The faithful end: the generator that trials of a seed set out from."""

    SECTION: ClassVar[str] = "srresnet"

    start: Literal["bundled", "train"] = Field(
        "bundled", description="Take the packaged SRResNet, or train one per seed."
    )
    init: Path | None = Field(
        None, description="File of a generator to start from instead of either."
    )
    training: TrainingConfig | None = Field(
        None, description="How it is trained; needed for start: train."
    )


class SrganConfig(StartConfig, TermWeights):
    """The realistic end: the pair of networks that trials of a seed set out from."""

    SECTION: ClassVar[str] = "srgan"

    start: Literal["bundled", "train"] = Field(
        "bundled", description="Take the packaged pair, or train one per seed, from its SRResNet."
    )
    init: Path | None = Field(
        None, description="Folder of a pair, a generator and a discriminator, instead of either."
    )
    content: Annotated[str, A_CONTENT] = Field(
        "vgg54", description="Content loss that it is trained with."
    )
    adversarial_weight: float = Field(
        1e-2, gt=0, description="Adversarial coefficient that it is trained with."
    )
    training: TrainingConfig | None = Field(
        None, description="How it is trained; needed for start: train."
    )


class Excerpt(Settings):
    """The part of a test set that is scored instead of the whole."""

    limit: int | None = Field(None, ge=1, description="Use only the first images.")
    crop: int | None = Field(
        None, ge=32, description="Cut a central square of this side in px out of each HR image."
    )


class EvalConfig(Settings):
    """What the generators are scored on."""

    sets: Annotated[tuple[str, ...], EACH_TEST_SET, DISTINCT] = Field(
        ("set5",), description="Test sets."
    )
    metrics: Annotated[tuple[str, ...], EACH_METRIC, DISTINCT] = Field(
        DEFAULT_GROUPS, description="Metrics."
    )
    excerpts: Annotated[dict[str, Excerpt], EACH_TEST_SET] = Field(
        {}, description="Test set to the part of it that is scored; the others are scored whole."
    )

    def excerpt(self, name: str) -> Excerpt:
        """The part of a test set that is scored; both fields are None for the whole."""
        found = self.excerpts.get(name) or self.excerpts.get(bare_set(name))
        return found or Excerpt()


class SweepConfig(Degradable):
    """A whole sweep; the schema of configs/*.yaml and of sweep.yaml."""

    schema_version: int = Field(SCHEMA, description="Version of this schema.")
    description: str = Field("", description="One line for people.")
    scale: Literal[2, 4, 8] = Field(4, description="Magnification: 2, 4 or 8.")
    device: Annotated[str, A_DEVICE] = Field(
        "auto",
        description="auto, cpu, cuda, cuda:N or mps; auto is cuda where there is a GPU, else cpu.",
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=MOST_THREADS,
        description="CPU threads of every trial; null shares the cores out among the trials, at "
        "least one each.",
    )
    grid: GridConfig = Field(GridConfig(), description="The axes.")
    objective: Annotated[dict[str, TermWeights], EACH_CONTENT] = Field(
        description="Weights of the pixel and the content term, by content loss."
    )
    data: DataConfig = Field(description="What training patches are cut from.")
    degradation: Degradation | None = Field(None, description=Degradable.DEGRADATION)
    srresnet: SrresnetConfig = Field(
        SrresnetConfig(), description="The common start, faithful end."
    )
    srgan: SrganConfig = Field(SrganConfig(), description="The common start, realistic end.")
    adversarial: TrainingConfig = Field(description="How every trial is trained.")
    eval: EvalConfig = Field(
        EvalConfig(), validate_default=True, description="What generators are scored on."
    )
    substitutes: Annotated[dict[str, str], SAME_KIND] = Field(
        {},
        description="What stands in for a content loss or a test set of this file that cannot "
        "be had; never for what was typed on the command line.",
    )

    @field_validator("eval")
    @classmethod
    def _explicit_sets(cls, section: EvalConfig, info: ValidationInfo) -> EvalConfig:
        """Says of every test set how its LR images are made, where there are two ways."""
        if "degradation" not in info.data:
            return section
        is_degraded = info.data["degradation"] is not None
        for name in section.sets:
            if name.startswith(DEGRADED_PREFIX) and not is_degraded:
                raise ValueError(
                    f"a degradation in the config for test set {name}, got none; write "
                    f"{bare_set(name)}, or add a degradation"
                )
        names = dict.fromkeys(explicit_set(name, is_degraded) for name in section.sets)
        return section.model_copy(update={"sets": tuple(names)})

    @model_validator(mode="after")
    def _consistent(self) -> SweepConfig:
        if self.schema_version != SCHEMA:
            raise ValueError(f"schema_version {SCHEMA}, got {self.schema_version}")
        sections = {
            "adversarial": self.adversarial,
            "srresnet.training": self.srresnet.training,
            "srgan.training": self.srgan.training,
        }
        for name, section in sections.items():
            if section is None:
                continue
            if section.patch_size % self.scale:
                raise ValueError(
                    f"patch_size to be a multiple of the scale {self.scale}, "
                    f"got {section.patch_size}"
                )
            self.refuse_wide_blur(section.patch_size, f"{name}.patch_size")
        for content in self.grid.content:
            for name in (content, self.substitutes.get(content, content)):
                if name not in self.objective:
                    raise ValueError(f"objective to hold weights for content {name!r}, got none")
        needs_pair = StartKind.SRGAN in self.grid.start and self.srgan.is_trained
        trained = self.srgan.training if needs_pair else None
        if trained and _judges(trained) != _judges(self.adversarial):
            raise ValueError(
                "srgan.training to have patch_size and discriminator.channels of adversarial "
                f"{_judges(self.adversarial)}, got {_judges(trained)}"
            )
        return self

    @model_validator(mode="wrap")
    @classmethod
    def _axes_fit(cls, fields: Any, read: ModelWrapValidatorHandler[SweepConfig]) -> SweepConfig:
        """Every setting of the further axes is a config of its own, validated as a whole."""
        config = read(fields)
        if not config.grid.axes:
            return config
        grid = config.grid.model_copy(update={"axes": checked_axes(config)})
        return config.model_copy(update={"grid": grid})


def _judges(section: TrainingConfig) -> tuple[int, int]:
    """What a discriminator of one section must share with that of another to go on in it."""
    return section.patch_size, section.discriminator.channels
