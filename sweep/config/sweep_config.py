"""What a sweep is: its grid, its objective, its training, its test sets and metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from srgan_core.errors import ConfigError, unknown_name
from srgan_core.settings import LARGEST_SEED, Settings, describe_errors
from srgan_core.training.config import DataConfig, TrainingConfig
from srgan_core.yaml_files import parse_yaml, read_yaml
from sweep.metrics.specs import DEFAULT_GROUPS, require_group

SCHEMA = 1
"""Version of `sweep.yaml` and of the results folder's layout."""

CONTENT_NAMES = ("mse", "vgg22", "vgg54", "vgg16-22", "vgg16-53")
"""Content losses by name; the same list as `srgan_core.vgg.CONTENT_LOSSES`, without torch."""

TEST_SET_NAMES = (
    *("set5", "set14", "bsd100", "urban100", "skimage3", "text-lines"),
    "folder:PATH",
)


class GridConfig(Settings):
    """The axes of the grid."""

    adv: tuple[float, ...] = Field(
        (1e-4, 1e-3, 1e-2), description="Adversarial coefficients, each above or equal to 0."
    )
    content: tuple[str, ...] = Field(("mse", "vgg22", "vgg54"), description="Content losses.")
    seeds: tuple[int, ...] = Field((0,), description="Seeds, from 0 to 4294967295.")
    control: bool = Field(
        True, description="Add lambda = 0 once per content loss: further training without D."
    )

    @field_validator("adv")
    @classmethod
    def _coefficients(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if any(value < 0 for value in values):
            raise ValueError("numbers of 0 or above")
        # Adding 0 turns -0.0, which would get an id of its own, into 0.0.
        return _distinct(tuple(value + 0.0 for value in values))

    @field_validator("content")
    @classmethod
    def _contents(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            _check_content(name)
        return _distinct(names)

    @field_validator("seeds")
    @classmethod
    def _seeds(cls, values: tuple[int, ...]) -> tuple[int, ...]:
        if not all(0 <= value <= LARGEST_SEED for value in values):
            raise ValueError(f"whole numbers from 0 to {LARGEST_SEED}")
        return _distinct(values)


class TermWeights(Settings):
    """Coefficients of the two fidelity terms of L_G for one content loss."""

    pixel_weight: float = Field(1.0, ge=0, description="Weight of the pixel term.")
    content_weight: float = Field(0.0, ge=0, description="Weight of the content term.")


class SrresnetConfig(Settings):
    """The generator that every trial of a seed starts from."""

    start: Literal["bundled", "train"] = Field(
        "bundled", description="Take the packaged SRResNet, or train one per seed."
    )
    init: Path | None = Field(
        None, description="File of a generator to start from instead of either."
    )
    training: TrainingConfig | None = Field(
        None, description="How it is trained; needed for start: train."
    )

    @model_validator(mode="after")
    def _trainable(self) -> SrresnetConfig:
        if self.start == "train" and self.training is None:
            raise ValueError("a training section beside start: train")
        return self


class Excerpt(Settings):
    """The part of a test set that is scored instead of the whole."""

    limit: int | None = Field(None, ge=1, description="Use only the first images.")
    crop: int | None = Field(
        None, ge=32, description="Cut a central square of this side in px out of each HR image."
    )


class EvalConfig(Settings):
    """What the generators are scored on."""

    sets: tuple[str, ...] = Field(("set5",), description="Test sets.")
    metrics: tuple[str, ...] = Field(DEFAULT_GROUPS, description="Metrics.")
    excerpts: dict[str, Excerpt] = Field(
        {}, description="Test set to the part of it that is scored; the others are scored whole."
    )

    @field_validator("sets")
    @classmethod
    def _sets(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            _check_test_set(name)
        return _distinct(names)

    @field_validator("metrics")
    @classmethod
    def _metrics(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            require_group(name)
        return _distinct(names)

    @field_validator("excerpts")
    @classmethod
    def _excerpts(cls, excerpts: dict[str, Excerpt]) -> dict[str, Excerpt]:
        for name in excerpts:
            _check_test_set(name)
        return excerpts

    def excerpt(self, name: str) -> Excerpt:
        """The part of a test set that is scored; both fields are None for the whole."""
        return self.excerpts.get(name, Excerpt())


class SweepConfig(Settings):
    """A whole sweep; the schema of configs/*.yaml and of sweep.yaml."""

    schema_version: int = Field(SCHEMA, description="Version of this schema.")
    description: str = Field("", description="One line for people.")
    scale: Literal[2, 4, 8] = Field(4, description="Magnification: 2, 4 or 8.")
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="auto, cpu or cuda; auto is cuda where there is a GPU."
    )
    threads: int | None = Field(
        None,
        ge=1,
        description="CPU threads of every trial; null shares the cores out among the trials, at "
        "least one each.",
    )
    grid: GridConfig = Field(GridConfig(), description="The axes.")
    objective: dict[str, TermWeights] = Field(
        description="Weights of the pixel and the content term, by content loss."
    )
    data: DataConfig = Field(description="What training patches are cut from.")
    srresnet: SrresnetConfig = Field(SrresnetConfig(), description="The common start.")
    adversarial: TrainingConfig = Field(description="How every trial is trained.")
    eval: EvalConfig = Field(EvalConfig(), description="What generators are scored on.")
    substitutes: dict[str, str] = Field(
        {},
        description="What stands in for a content loss or a test set of this file that cannot "
        "be had; never for what was typed on the command line.",
    )

    @field_validator("objective")
    @classmethod
    def _weights(cls, objective: dict[str, TermWeights]) -> dict[str, TermWeights]:
        for name in objective:
            _check_content(name)
        return objective

    @field_validator("substitutes")
    @classmethod
    def _same_kind(cls, substitutes: dict[str, str]) -> dict[str, str]:
        for name, substitute in substitutes.items():
            check = _check_content if name in CONTENT_NAMES else _check_test_set
            for either in (name, substitute):
                check(either)
        return substitutes

    @model_validator(mode="after")
    def _consistent(self) -> SweepConfig:
        if self.schema_version != SCHEMA:
            raise ValueError(f"schema_version {SCHEMA}, got {self.schema_version}")
        for section in filter(None, (self.adversarial, self.srresnet.training)):
            if section.patch_size % self.scale:
                raise ValueError(
                    f"patch_size to be a multiple of the scale {self.scale}, "
                    f"got {section.patch_size}"
                )
        for content in self.grid.content:
            for name in (content, self.substitutes.get(content, content)):
                if name not in self.objective:
                    raise ValueError(f"objective to hold weights for content {name!r}, got none")
        return self


def _check_content(name: str) -> None:
    if name not in CONTENT_NAMES:
        raise ConfigError(unknown_name("content", name, CONTENT_NAMES))


def _check_test_set(name: str) -> None:
    folder = name.startswith("folder:") and len(name) > len("folder:") and name.isprintable()
    if not folder and name not in TEST_SET_NAMES[:-1]:
        raise ConfigError(unknown_name("test set", name, TEST_SET_NAMES))


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("at least one value")
    repeated = sorted(str(value) for value, count in Counter(values).items() if count > 1)
    if repeated:
        raise ValueError(f"every value once, {', '.join(repeated)} stands twice")
    return values


def preset_names() -> tuple[str, ...]:
    """Names of the sweep configs that come with the package, `quick` first."""
    names = sorted(path.stem for path in _presets().iterdir() if path.name.endswith(".yaml"))
    shipped = [name for name in names if not name.startswith("srresnet-")]
    return tuple(sorted(shipped, key=lambda name: (name != "quick", name)))


def load_config(name_or_file: str, overrides: dict[str, Any] | None = None) -> SweepConfig:
    """Reads a config and applies what the command line changes.

    Args:
        name_or_file: Bare name of a packaged config, or path of a YAML file.
        overrides: Dotted key to new value; text is read as YAML.

    Returns:
        The validated config.

    Raises:
        ConfigError: with every problem on a line of its own.
    """
    fields, where = _read(name_or_file)
    for key, value in (overrides or {}).items():
        _assign(fields, key, value)
    return validate_config(fields, where)


def validate_config(fields: dict[str, Any], where: str) -> SweepConfig:
    """Validates the fields of a config.

    Args:
        fields: As YAML gave them.
        where: File name for messages.

    Returns:
        The config.

    Raises:
        ConfigError: with every problem on a line of its own.
    """
    try:
        return SweepConfig.model_validate(fields)
    except ValidationError as error:
        raise ConfigError(describe_errors(error, SweepConfig, where)) from None


def parse_assignment(text: str) -> tuple[str, Any]:
    """Splits `key.path=value`, as `--set` takes it.

    Args:
        text: The assignment; the value is read as YAML.

    Returns:
        Dotted key and value.

    Raises:
        ConfigError: when there is no key or no equals sign.
    """
    key, separator, value = text.partition("=")
    if not separator or not key.strip():
        raise ConfigError(f"--set {text}: expected key.path=value")
    return key.strip(), parse_yaml(f"value: {value}", f"--set {text}")["value"]


def dotted(fields: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yields the settings of a config by their keys as `--set` takes them.

    Args:
        fields: Nested settings; a list is one value, and so is an empty mapping.
        prefix: What the keys begin with.

    Yields:
        Key and value.
    """
    for key, value in fields.items():
        if isinstance(value, dict) and value:
            yield from dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _presets() -> Any:
    from importlib.resources import files

    return files("sweep.configs")


def _read(name_or_file: str) -> tuple[dict[str, Any], str]:
    looks_like_path = name_or_file.endswith((".yaml", ".yml")) or "/" in name_or_file
    if looks_like_path:
        return read_yaml(Path(name_or_file)), name_or_file
    if name_or_file not in preset_names():
        message = unknown_name("config", name_or_file, preset_names())
        raise ConfigError(f"{message}; a file is given by a path that ends in .yaml")
    where = f"config {name_or_file}"
    return parse_yaml((_presets() / f"{name_or_file}.yaml").read_text("utf-8"), where), where


def _assign(fields: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        below = fields.setdefault(parent, {})
        if not isinstance(below, dict):
            raise ConfigError(f"--set {key}: {parent} is a single value and has no keys below it")
        fields = below
    fields[last] = value
