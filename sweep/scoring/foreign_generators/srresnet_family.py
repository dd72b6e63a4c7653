"""A network that any SRResNet's weights fit into, built from the weights themselves.

Source: Ledig et al. 2017, figure 4, and what the projects in
`srresnet_keys` make of it. Widths, kernels, biases, batch normalisations
and learned slopes follow from the tensors that are there; what no tensor shows stands in the
`Family`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from srgan_core.vgg import IMAGENET_MEAN, IMAGENET_STD
from srgan_core.weights.tensor_files import misfit, require_fit
from sweep.scoring.foreign_generators.srresnet_keys import IGNORED, Family

State = Mapping[str, Tensor]


class Layer(nn.Module):
    """Convolution, then normalisation, pixel shuffle and activation where there are any.

    Args:
        state: All weights by name.
        name: Prefix of this layer's own.
        slope: Of the leaky rectifier when no learned slope is there; None for no activation.
        shuffles: Whether the convolution's channels become pixels.
    """

    def __init__(
        self, state: State, name: str, slope: float | None = None, shuffles: bool = False
    ) -> None:
        super().__init__()
        outputs, inputs, size, _ = state[f"{name}.conv.weight"].shape
        has_bias = f"{name}.conv.bias" in state
        self.conv = nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=has_bias)
        self.factor = math.isqrt(outputs // inputs) if shuffles else 1
        self.slope = slope
        if f"{name}.norm.running_mean" in state:
            self.norm = nn.BatchNorm2d(outputs)
        if f"{name}.act.weight" in state:
            self.act = nn.PReLU(state[f"{name}.act.weight"].numel())

    def forward(self, features: Tensor) -> Tensor:
        """Maps (N, C, H, W) to (N, C', factor H, factor W)."""
        features = self.conv(features)
        if hasattr(self, "norm"):
            features = self.norm(features)
        if self.factor > 1:
            features = functional.pixel_shuffle(features, self.factor)
        if hasattr(self, "act"):
            return self.act(features)  # type: ignore[no-any-return]
        return features if self.slope is None else functional.leaky_relu(features, self.slope)


class FamilyGenerator(nn.Module):
    """An SRResNet with another project's weights.

    Args:
        family: What the weights do not show.
        state: Weights by the names of this module, as `match_family` gives them.
        source: What to call them in a message.

    Attributes:
        scale: Magnification, which follows from the upsampling steps.
        blocks: Number of residual blocks.

    Raises:
        WeightsError: when the shapes do not fit together.
    """

    def __init__(self, family: Family, state: State, source: str) -> None:
        super().__init__()
        self.family = family
        slopes = family.slopes
        try:
            self.head = Layer(state, "head", slopes.get("head"))
            self.blocks = _numbered("body", state)
            self.body = nn.ModuleList(
                nn.ModuleDict(
                    {
                        "first": Layer(state, f"body.{i}.first", slopes.get("body")),
                        "second": Layer(state, f"body.{i}.second"),
                    }
                )
                for i in range(self.blocks)
            )
            if "middle.conv.weight" in state:
                self.middle = Layer(state, "middle", slopes.get("middle"))
            steps = range(_numbered("up", state))
            self.up = nn.ModuleList(
                Layer(state, f"up.{u}", slopes.get("up"), shuffles=True) for u in steps
            )
            if "wide.conv.weight" in state:
                self.wide = Layer(state, "wide", slopes.get("wide"))
            self.tail = Layer(state, "tail")
        except (RuntimeError, KeyError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise misfit(source, family.name, f"a layer cannot be built ({reason})") from None
        wanted = self.state_dict()
        needed = {name: wanted[name] for name in wanted if not name.endswith(IGNORED)}
        require_fit(source, family.name, needed, state)
        self.load_state_dict(dict(state), strict=False)
        self.scale = math.prod(layer.factor for layer in self.up)  # type: ignore[misc]
        self.eval().requires_grad_(False)

    def forward(self, lr: Tensor) -> Tensor:
        """Restores a batch, (N, 3, H, W), to (N, 3, scale H, scale W), both float in [0, 1]."""
        shallow = deep = self.head(self._prepared(lr))
        for block in self.body:
            deep = deep + block["second"](block["first"](deep))  # type: ignore[index]
        if hasattr(self, "middle"):
            deep = shallow + self.middle(deep)
        for step in self.up:
            deep = step(deep)
        if hasattr(self, "wide"):
            deep = self.wide(deep)
        restored: Tensor = self.tail(deep)
        if self.family.adds_bilinear:
            restored = restored + functional.interpolate(
                lr, scale_factor=float(self.scale), mode="bilinear", align_corners=False
            )
        return (restored.tanh() + 1) / 2 if self.family.output == "tanh" else restored.clamp(0, 1)

    @property
    def reach(self) -> int:
        """How far a pixel of the result depends on the input, at most: input pixels to each side.

        The sum of the radii of all convolutions; those behind an upsampling step count in full.
        """
        convolutions = [layer for layer in self.modules() if isinstance(layer, nn.Conv2d)]
        return 1 + sum(int(layer.kernel_size[0]) // 2 for layer in convolutions)

    def _prepared(self, lr: Tensor) -> Tensor:
        if self.family.inputs == "unit":
            return lr
        mean, std = (torch.tensor(v).to(lr)[:, None, None] for v in (IMAGENET_MEAN, IMAGENET_STD))
        return (lr - mean) / std


def _numbered(stage: str, state: State) -> int:
    """Number of layers that a stage repeats."""
    return len({name.split(".")[1] for name in state if name.startswith(f"{stage}.")})
