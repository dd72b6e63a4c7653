"""Every naming against a forward pass that is written out here with the project's own names."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as f

from srgan_core.errors import WeightsError
from srgan_core.networks import Generator
from sweep.scoring.foreign_generators.srresnet_family import FamilyGenerator
from sweep.scoring.foreign_generators.srresnet_keys import FAMILIES, Family, match_family

State = dict[str, Tensor]
WIDTH = 6


class Weights:
    """Random weights by name; layers are added as a project names them."""

    def __init__(self) -> None:
        self.state: State = {}
        self._random = torch.Generator().manual_seed(7)

    def _values(self, *shape: int, spread: float = 0.15) -> Tensor:
        return torch.randn(*shape, generator=self._random) * spread

    def conv(self, name: str, inputs: int, outputs: int, size: int = 3, bias: bool = True) -> None:
        self.state[f"{name}.weight"] = self._values(outputs, inputs, size, size)
        if bias:
            self.state[f"{name}.bias"] = self._values(outputs)

    def norm(self, name: str) -> None:
        self.state[f"{name}.weight"] = 1 + self._values(WIDTH)
        self.state[f"{name}.bias"] = self._values(WIDTH)
        self.state[f"{name}.running_mean"] = self._values(WIDTH)
        self.state[f"{name}.running_var"] = 1 + self._values(WIDTH).abs()
        self.state[f"{name}.num_batches_tracked"] = torch.tensor(3)

    def slope(self, name: str) -> None:
        self.state[f"{name}.weight"] = self._values(1).abs() + 0.1


class Forward:
    """Layers applied by a project's own names."""

    def __init__(self, state: State) -> None:
        self.state = state

    def conv(self, name: str, x: Tensor) -> Tensor:
        weight = self.state[f"{name}.weight"]
        return f.conv2d(x, weight, self.state.get(f"{name}.bias"), padding=weight.shape[-1] // 2)

    def norm(self, name: str, x: Tensor) -> Tensor:
        get = self.state.__getitem__
        mean, variance = get(f"{name}.running_mean"), get(f"{name}.running_var")
        return f.batch_norm(x, mean, variance, get(f"{name}.weight"), get(f"{name}.bias"))

    def slope(self, name: str, x: Tensor) -> Tensor:
        return f.prelu(x, self.state[f"{name}.weight"])


def leftthomas(blocks: int, ups: int, bias: bool, normalised: bool) -> tuple[State, Callable]:
    w, last = Weights(), f"block{blocks + 3}"
    w.conv("block1.0", 3, WIDTH, 9)
    w.slope("block1.1")
    for i in range(2, blocks + 2):
        w.conv(f"block{i}.conv1", WIDTH, WIDTH)
        w.norm(f"block{i}.bn1")
        w.slope(f"block{i}.prelu")
        w.conv(f"block{i}.conv2", WIDTH, WIDTH)
        w.norm(f"block{i}.bn2")
    w.conv(f"block{blocks + 2}.0", WIDTH, WIDTH)
    (w.norm if normalised else w.slope)(f"block{blocks + 2}.1")
    for u in range(ups):
        w.conv(f"{last}.{u}.conv", WIDTH, 4 * WIDTH)
        w.slope(f"{last}.{u}.prelu")
    w.conv(f"{last}.{ups}", WIDTH, 3, 9, bias=bias)

    def forward(lr: Tensor) -> Tensor:
        n = Forward(w.state)
        x = shallow = n.slope("block1.1", n.conv("block1.0", lr))
        for i in range(2, blocks + 2):
            y = n.slope(f"block{i}.prelu", n.norm(f"block{i}.bn1", n.conv(f"block{i}.conv1", x)))
            x = x + n.norm(f"block{i}.bn2", n.conv(f"block{i}.conv2", y))
        middle = n.conv(f"block{blocks + 2}.0", x)
        x = shallow + (n.norm if normalised else n.slope)(f"block{blocks + 2}.1", middle)
        for u in range(ups):
            x = f.pixel_shuffle(n.conv(f"{last}.{u}.conv", x), 2)
            x = n.slope(f"{last}.{u}.prelu", x)
        return (torch.tanh(n.conv(f"{last}.{ups}", x)) + 1) / 2

    return w.state, forward


def lornatang(blocks: int, ups: int, bias: bool, first: str) -> tuple[State, Callable]:
    w = Weights()
    w.conv(f"{first}1.0", 3, WIDTH, 9)
    w.slope(f"{first}1.1")
    for i in range(blocks):
        for conv, norm in ((0, 1), (3, 4)):
            w.conv(f"trunk.{i}.rcb.{conv}", WIDTH, WIDTH, bias=False)
            w.norm(f"trunk.{i}.rcb.{norm}")
        w.slope(f"trunk.{i}.rcb.2")
    w.conv(f"{first}2.0", WIDTH, WIDTH, bias=False)
    w.norm(f"{first}2.1")
    for u in range(ups):
        w.conv(f"upsampling.{u}.upsample_block.0", WIDTH, 4 * WIDTH)
        w.slope(f"upsampling.{u}.upsample_block.2")
    w.conv(f"{first}3", WIDTH, 3, 9, bias=bias)

    def forward(lr: Tensor) -> Tensor:
        n = Forward(w.state)
        x = shallow = n.slope(f"{first}1.1", n.conv(f"{first}1.0", lr))
        for i in range(blocks):
            y = n.norm(f"trunk.{i}.rcb.1", n.conv(f"trunk.{i}.rcb.0", x))
            y = n.conv(f"trunk.{i}.rcb.3", n.slope(f"trunk.{i}.rcb.2", y))
            x = x + n.norm(f"trunk.{i}.rcb.4", y)
        x = shallow + n.norm(f"{first}2.1", n.conv(f"{first}2.0", x))
        for u in range(ups):
            x = f.pixel_shuffle(n.conv(f"upsampling.{u}.upsample_block.0", x), 2)
            x = n.slope(f"upsampling.{u}.upsample_block.2", x)
        return n.conv(f"{first}3", x).clamp(0, 1)

    return w.state, forward


def sgrvinod(blocks: int, ups: int, bias: bool) -> tuple[State, Callable]:
    w = Weights()
    w.conv("conv_block1.conv_block.0", 3, WIDTH, 9)
    w.slope("conv_block1.conv_block.1")
    for i in range(blocks):
        w.conv(f"residual_blocks.{i}.conv_block1.conv_block.0", WIDTH, WIDTH)
        w.norm(f"residual_blocks.{i}.conv_block1.conv_block.1")
        w.slope(f"residual_blocks.{i}.conv_block1.conv_block.2")
        w.conv(f"residual_blocks.{i}.conv_block2.conv_block.0", WIDTH, WIDTH)
        w.norm(f"residual_blocks.{i}.conv_block2.conv_block.1")
    w.conv("conv_block2.conv_block.0", WIDTH, WIDTH)
    w.norm("conv_block2.conv_block.1")
    for u in range(ups):
        w.conv(f"subpixel_convolutional_blocks.{u}.conv", WIDTH, 4 * WIDTH)
        w.slope(f"subpixel_convolutional_blocks.{u}.prelu")
    w.conv("conv_block3.conv_block.0", WIDTH, 3, 9, bias=bias)

    def forward(lr: Tensor) -> Tensor:
        n = Forward(w.state)
        mean = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
        std = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)
        x = n.conv("conv_block1.conv_block.0", (lr - mean) / std)
        x = shallow = n.slope("conv_block1.conv_block.1", x)
        for i in range(blocks):
            one, two = (f"residual_blocks.{i}.conv_block{k}.conv_block" for k in (1, 2))
            y = n.slope(f"{one}.2", n.norm(f"{one}.1", n.conv(f"{one}.0", x)))
            x = x + n.norm(f"{two}.1", n.conv(f"{two}.0", y))
        x = n.norm("conv_block2.conv_block.1", n.conv("conv_block2.conv_block.0", x)) + shallow
        for u in range(ups):
            name = f"subpixel_convolutional_blocks.{u}"
            x = n.slope(f"{name}.prelu", f.pixel_shuffle(n.conv(f"{name}.conv", x), 2))
        return (n.conv("conv_block3.conv_block.0", x).tanh() + 1) / 2

    return w.state, forward


def modified(blocks: int, factors: list[int], bias: bool, mmagic: bool) -> tuple[State, Callable]:
    w = Weights()
    body = "trunk_net" if mmagic else "body"
    names = [
        f"upsample{u + 1}.upsample_conv" if mmagic else f"upconv{u + 1}"
        for u in range(len(factors))
    ]
    w.conv("conv_first", 3, WIDTH)
    for i in range(blocks):
        w.conv(f"{body}.{i}.conv1", WIDTH, WIDTH)
        w.conv(f"{body}.{i}.conv2", WIDTH, WIDTH)
    for name, factor in zip(names, factors, strict=True):
        w.conv(name, WIDTH, factor**2 * WIDTH)
    w.conv("conv_hr", WIDTH, WIDTH, bias=bias)
    w.conv("conv_last", WIDTH, 3, bias=bias)

    def forward(lr: Tensor) -> Tensor:
        n = Forward(w.state)
        x = f.leaky_relu(n.conv("conv_first", lr), 0.1)
        for i in range(blocks):
            x = x + n.conv(f"{body}.{i}.conv2", n.conv(f"{body}.{i}.conv1", x).relu())
        scale = 1
        for name, factor in zip(names, factors, strict=True):
            x = f.pixel_shuffle(n.conv(name, x), factor)
            x = x if mmagic else f.leaky_relu(x, 0.1)
            scale *= factor
        x = n.conv("conv_last", f.leaky_relu(n.conv("conv_hr", x), 0.1))
        size = (scale * lr.shape[2], scale * lr.shape[3])
        return (x + f.interpolate(lr, size, mode="bilinear", align_corners=False)).clamp(0, 1)

    return w.state, forward


CASES = {
    "leftthomas 5, slope": ("leftthomas/SRGAN", 4, leftthomas(5, 2, True, False)),
    "leftthomas 5, norm": ("leftthomas/SRGAN", 4, leftthomas(5, 2, True, True)),
    "leftthomas 16, x2, no bias": ("leftthomas/SRGAN", 2, leftthomas(16, 1, False, True)),
    "leftthomas x8": ("leftthomas/SRGAN", 8, leftthomas(1, 3, True, True)),
    "Lornatang 16": ("Lornatang/SRGAN-PyTorch", 4, lornatang(16, 2, True, "conv")),
    "Lornatang 5, no bias": (
        "Lornatang/SRGAN-PyTorch (conv_block)",
        4,
        lornatang(5, 2, False, "conv_block"),
    ),
    "sgrvinod 16": ("sgrvinod SRResNet", 4, sgrvinod(16, 2, True)),
    "BasicSR 16": ("BasicSR MSRResNet", 4, modified(16, [2, 2], True, False)),
    "BasicSR 5, x3, no bias": ("BasicSR MSRResNet", 3, modified(5, [3], False, False)),
    "mmagic 16": ("mmagic MSRResNet", 4, modified(16, [2, 2], True, True)),
}


def matched(state: State) -> tuple[Family, State]:
    found = match_family(state, "file")
    assert found is not None
    return found


@pytest.fixture
def lr() -> Tensor:
    return torch.rand(1, 3, 7, 9, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("case", CASES)
def test_a_naming_gives_what_its_own_forward_pass_gives(case, lr):
    name, scale, (state, forward) = CASES[case]
    family, renamed = matched(state)
    assert family.name == name
    network = FamilyGenerator(family, renamed, "file")
    assert network.scale == scale
    expected = forward(lr)
    assert expected.std() > 0.01
    torch.testing.assert_close(network(lr), expected, rtol=1e-5, atol=1e-6)


def test_our_own_state_dict_gives_what_the_generator_gives(lr):
    torch.manual_seed(0)
    ours = Generator(scale=4, channels=8, blocks=3).eval()
    family, renamed = matched(ours.state_dict())
    network = FamilyGenerator(family, renamed, "file")
    with torch.no_grad():
        torch.testing.assert_close(network(lr), ours(lr), rtol=1e-5, atol=1e-5)


def test_every_naming_has_a_case():
    assert {name for name, *_ in CASES.values()} | {"srgan-sweep"} == {x.name for x in FAMILIES}


@pytest.mark.parametrize("case", CASES)
def test_every_weight_matters(case, lr):
    _, _, (state, forward) = CASES[case]
    before = forward(lr)
    name = next(key for key in sorted(state) if key.endswith(".weight"))
    family, renamed = matched({**state, name: state[name] + 0.3})
    assert not torch.allclose(FamilyGenerator(family, renamed, "file")(lr), before, atol=1e-5)


def test_weights_of_nobody_are_of_no_family():
    assert match_family({"layer.weight": torch.zeros(1)}, "file") is None


def test_weights_that_are_left_over_are_named():
    state, _ = modified(2, [2, 2], True, False)
    with pytest.raises(WeightsError, match=r"BasicSR MSRResNet alone, got 'extra\.weight'"):
        match_family({**state, "extra.weight": torch.zeros(1)}, "file")


def test_a_layer_of_the_wrong_shape_is_refused():
    state, _ = modified(2, [2, 2], True, False)
    state = {**state, "body.1.conv1.bias": torch.zeros(WIDTH + 1)}
    family, renamed = matched(state)
    with pytest.raises(WeightsError, match="does not fit BasicSR"):
        FamilyGenerator(family, renamed, "file")


def test_a_missing_statistic_is_refused():
    state, _ = lornatang(2, 2, True, "conv")
    del state["trunk.1.rcb.1.running_var"]
    family, renamed = matched(state)
    with pytest.raises(WeightsError, match=r"lacks 'body\.1\.first\.norm\.running_var'"):
        FamilyGenerator(family, renamed, "file")


def test_a_window_of_its_reach_is_all_that_a_pixel_depends_on():
    state, _ = leftthomas(2, 2, True, False)
    family, renamed = matched(state)
    network = FamilyGenerator(family, renamed, "file")
    side = 2 * network.reach + 1
    lr = torch.zeros(1, 3, side, side, requires_grad=True)
    middle = 4 * network.reach
    network(lr)[0, :, middle : middle + 4, middle : middle + 4].sum().backward()
    seen = lr.grad[0].abs().sum(0)
    assert seen[network.reach].count_nonzero() < side
    assert seen[network.reach, 1] == seen[network.reach, -2] == 0
    assert seen[network.reach, network.reach] > 0
