"""How projects name the weights of an SRResNet: one table of names for each of them.

A table maps layers of `srresnet_family` to a project's own names. In both,
`{i}` counts residual blocks and `{u}` upsampling steps from 0. `{i2}` is `i + 2`, `{u1}` is
`u + 1`; `{n2}`, `{n3}` are the number of blocks plus 2 and 3, `{ups}` is the number of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from types import MappingProxyType
from typing import Literal

from torch import Tensor

from srgan_core.errors import WeightsError
from srgan_core.wording import counted

State = Mapping[str, Tensor]

TENSORS = ("weight", "bias", "running_mean", "running_var")
"""What a layer may own."""

IGNORED = ("num_batches_tracked", "n_averaged")
"""Counters of training; a generator in evaluation does not use them."""


@dataclass(frozen=True)
class Family:
    """One project's SRResNet.

    Attributes:
        name: What it is called in messages and provenance.
        layers: Layer to the project's name for it.
        slopes: Stage (`head`, `body`, `middle`, `up`, `wide`) to the slope of its leaky
            rectifier, where the activation has no weights of its own; 0 is a plain rectifier.
        inputs: `unit` for LR images in [0, 1], `imagenet` for those less ImageNet's mean and
            divided by its standard deviation.
        output: `tanh` maps the last layer by (tanh + 1) / 2; `clamp` cuts it to [0, 1].
        adds_bilinear: Whether the LR image, resized bilinearly, is added to the output.
        source: Where the names and the ranges were read.
    """

    name: str
    layers: Mapping[str, str]
    output: Literal["tanh", "clamp"]
    source: str
    slopes: Mapping[str, float] = field(default_factory=dict)
    inputs: Literal["unit", "imagenet"] = "unit"
    adds_bilinear: bool = False


def _table(*rows: tuple[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(rows))


def _lornatang(first: str, second: str, third: str) -> Mapping[str, str]:
    """The names that its versions of 2022 share."""
    return _table(
        ("head.conv", f"{first}.0"),
        ("head.act", f"{first}.1"),
        ("body.{i}.first.conv", "trunk.{i}.rcb.0"),
        ("body.{i}.first.norm", "trunk.{i}.rcb.1"),
        ("body.{i}.first.act", "trunk.{i}.rcb.2"),
        ("body.{i}.second.conv", "trunk.{i}.rcb.3"),
        ("body.{i}.second.norm", "trunk.{i}.rcb.4"),
        ("middle.conv", f"{second}.0"),
        ("middle.norm", f"{second}.1"),
        ("up.{u}.conv", "upsampling.{u}.upsample_block.0"),
        ("up.{u}.act", "upsampling.{u}.upsample_block.2"),
        ("tail.conv", third),
    )


def _modified(body: str, up: str) -> Mapping[str, str]:
    """The SRResNet without batch normalisation and long skip."""
    return _table(
        ("head.conv", "conv_first"),
        ("body.{i}.first.conv", f"{body}.{{i}}.conv1"),
        ("body.{i}.second.conv", f"{body}.{{i}}.conv2"),
        ("up.{u}.conv", up),
        ("wide.conv", "conv_hr"),
        ("tail.conv", "conv_last"),
    )


FAMILIES = (
    Family(
        name="srgan-sweep",
        layers=_table(
            ("head.conv", "head.0"),
            ("head.act", "head.1"),
            ("body.{i}.first.conv", "body.{i}.conv1"),
            ("body.{i}.first.norm", "body.{i}.norm1"),
            ("body.{i}.first.act", "body.{i}.activation"),
            ("body.{i}.second.conv", "body.{i}.conv2"),
            ("body.{i}.second.norm", "body.{i}.norm2"),
            ("middle.conv", "bottleneck.0"),
            ("middle.act", "bottleneck.1"),
            ("up.{u}.conv", "upsample.{u}.conv"),
            ("up.{u}.act", "upsample.{u}.activation"),
            ("tail.conv", "tail"),
        ),
        output="tanh",
        source="srgan_core.networks.Generator",
    ),
    Family(
        name="leftthomas/SRGAN",
        layers=_table(
            ("head.conv", "block1.0"),
            ("head.act", "block1.1"),
            ("body.{i}.first.conv", "block{i2}.conv1"),
            ("body.{i}.first.norm", "block{i2}.bn1"),
            ("body.{i}.first.act", "block{i2}.prelu"),
            ("body.{i}.second.conv", "block{i2}.conv2"),
            ("body.{i}.second.norm", "block{i2}.bn2"),
            ("middle.conv", "block{n2}.0"),
            # One version has a normalisation there, another an activation.
            ("middle.norm", "block{n2}.1"),
            ("middle.act", "block{n2}.1"),
            ("up.{u}.conv", "block{n3}.{u}.conv"),
            ("up.{u}.act", "block{n3}.{u}.prelu"),
            ("tail.conv", "block{n3}.{ups}"),
        ),
        output="tanh",
        source="model.py of github.com/leftthomas/SRGAN: 5 blocks, (tanh + 1) / 2",
    ),
    Family(
        name="Lornatang/SRGAN-PyTorch",
        layers=_lornatang("conv1", "conv2", "conv3"),
        output="clamp",
        source="model.py of github.com/Lornatang/SRGAN-PyTorch, late 2022: 16 blocks, clamped",
    ),
    Family(
        name="Lornatang/SRGAN-PyTorch (conv_block)",
        layers=_lornatang("conv_block1", "conv_block2", "conv_block3"),
        output="clamp",
        source="model.py of github.com/Lornatang/SRGAN-PyTorch, early 2022: 16 blocks, clamped",
    ),
    Family(
        name="sgrvinod SRResNet",
        layers=_table(
            ("head.conv", "conv_block1.conv_block.0"),
            ("head.act", "conv_block1.conv_block.1"),
            ("body.{i}.first.conv", "residual_blocks.{i}.conv_block1.conv_block.0"),
            ("body.{i}.first.norm", "residual_blocks.{i}.conv_block1.conv_block.1"),
            ("body.{i}.first.act", "residual_blocks.{i}.conv_block1.conv_block.2"),
            ("body.{i}.second.conv", "residual_blocks.{i}.conv_block2.conv_block.0"),
            ("body.{i}.second.norm", "residual_blocks.{i}.conv_block2.conv_block.1"),
            ("middle.conv", "conv_block2.conv_block.0"),
            ("middle.norm", "conv_block2.conv_block.1"),
            ("up.{u}.conv", "subpixel_convolutional_blocks.{u}.conv"),
            ("up.{u}.act", "subpixel_convolutional_blocks.{u}.prelu"),
            ("tail.conv", "conv_block3.conv_block.0"),
        ),
        output="tanh",
        inputs="imagenet",
        source="models.py of github.com/sgrvinod/a-PyTorch-Tutorial-to-Super-Resolution: tanh "
        "in [-1, 1], LR images normalised by ImageNet's mean and standard deviation",
    ),
    Family(
        name="BasicSR MSRResNet",
        layers=_modified("body", "upconv{u1}"),
        output="clamp",
        slopes={"head": 0.1, "body": 0.0, "up": 0.1, "wide": 0.1},
        adds_bilinear=True,
        source="basicsr/archs/srresnet_arch.py of github.com/XPixelGroup/BasicSR: [0, 1]",
    ),
    Family(
        name="mmagic MSRResNet",
        layers=_modified("trunk_net", "upsample{u1}.upsample_conv"),
        output="clamp",
        slopes={"head": 0.1, "body": 0.0, "wide": 0.1},
        adds_bilinear=True,
        source="mmagic/models/editors/srgan/sr_resnet.py of github.com/open-mmlab/mmagic: "
        "[0, 1], no activation after the upsampling steps",
    ),
)
"""Every naming that can be read, the first that fits wins; the names exclude each other."""


def match_family(state: State, source: str) -> tuple[Family, dict[str, Tensor]] | None:
    """Finds out whose names a state dict has, and gives it those of `srresnet_family`.

    Returns:
        The family, and its weights by those names; None when no family has the names.

    Raises:
        WeightsError: when weights are left over.
    """
    names = {name for name in state if not name.endswith(IGNORED)}
    for family in FAMILIES:
        renamed = _rename(family, state)
        if renamed is None:
            continue
        left = sorted(names - set(renamed.values()))
        if left:
            raise WeightsError(
                f"{source}: expected the weights of {family.name} alone, got {left[0]!r} and "
                f"{counted(len(left) - 1, 'other')} beside them; save the generator's state_dict()"
            )
        return family, {ours: state[theirs] for ours, theirs in renamed.items()}
    return None


def _rename(family: Family, state: State) -> dict[str, str] | None:
    """Our name to theirs of every tensor; None when the family's layers are not there."""
    blocks = _count(lambda i: family.layers["body.{i}.first.conv"].format(**_fields(i=i)), state)
    ups = next((u for u in (3, 2, 1) if _tail(family, state, blocks, u)), 0)
    if not blocks or not ups:
        return None
    pairs = dict(_layers(family, blocks, ups))
    needed = [pairs[layer] for layer in pairs if layer.endswith(".conv")]
    if not all(f"{layer}.weight" in state for layer in needed):
        return None
    return {
        f"{ours}.{tensor}": f"{theirs}.{tensor}"
        for ours, theirs in pairs.items()
        if _is_there(ours, theirs, state)
        for tensor in TENSORS
        if f"{theirs}.{tensor}" in state
    }


def _tail(family: Family, state: State, blocks: int, ups: int) -> bool:
    """Whether a number of upsampling steps is the one that the file has."""
    fields = _fields(u=ups - 1, blocks=blocks, ups=ups)
    last, tail = (family.layers[layer].format(**fields) for layer in ("up.{u}.conv", "tail.conv"))
    return f"{last}.weight" in state and f"{tail}.weight" in state


def _is_there(ours: str, theirs: str, state: State) -> bool:
    """A normalisation has running statistics, an activation has not."""
    has_statistics = f"{theirs}.running_mean" in state
    return has_statistics if ours.endswith(".norm") else not has_statistics


def _layers(family: Family, blocks: int, ups: int) -> Iterator[tuple[str, str]]:
    for ours, theirs in family.layers.items():
        repeats = blocks if "{i}" in ours else ups if "{u}" in ours else 1
        for index in range(repeats):
            fields = _fields(index, index, blocks, ups)
            yield ours.format(**fields), theirs.format(**fields)


def _fields(i: int = 0, u: int = 0, blocks: int = 0, ups: int = 0) -> dict[str, int]:
    plain = {"i": i, "u": u, "ups": ups}
    return plain | {"i2": i + 2, "u1": u + 1, "n2": blocks + 2, "n3": blocks + 3}


def _count(name: Callable[[int], str], state: State) -> int:
    return next(index for index in count() if f"{name(index)}.weight" not in state)
