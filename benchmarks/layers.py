"""The engine's own layers against the textbook's, with the same weights on the same batch, in turn.

    python benchmarks/layers.py [--threads 2] [--json FILE]

In two precisions, forward and backward: SRResNet with a batch of 16 patches of 96 px, and phi of
two content losses, once with restored patches and once with the photographs, on 4 patches of 48 px
and on 16 of 96 px. phi has seeded random weights, on which no time depends.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
from support.article import IMAGENET_MEAN, IMAGENET_STD
from support.machine import describe, in_turn, parser, report
from torch import Tensor, nn
from torch.nn import functional
from train_step import random_features

from srgan_core.layers import SharedPReLU
from srgan_core.networks import Generator

ROUNDS, WARM_UP = 7, 2
BATCH, PATCH, SCALE = 16, 96, 4
COLUMNS = ("what", "precision", "textbook_s", "engine_s", "ratio")


class TextbookGenerator(Generator):
    """The same network as the article draws it: shuffle, PReLU, 9x9 convolution, one by one."""

    def __init__(self) -> None:
        super().__init__()
        _replace_activations(self)

    def forward(self, lr: Tensor) -> Tensor:
        """Maps LR to SR, like Generator."""
        shallow = self.head(lr)
        deep = self.bottleneck(self.body(shallow)) + shallow
        for block in self.upsample:
            deep = block.activation(functional.pixel_shuffle(block.conv(deep), 2))
        return (torch.tanh(self.tail(deep).float()) + 1) / 2


class Normalised(nn.Module):
    """Brings images to ImageNet's mean and deviation."""

    def forward(self, images: Tensor) -> Tensor:
        """Maps (N, 3, H, W) to the same shape."""
        mean, std = (torch.tensor(e).view(1, 3, 1, 1) for e in (IMAGENET_MEAN, IMAGENET_STD))
        return (images - mean) / std


def _replace_activations(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, SharedPReLU):
            setattr(module, name, nn.PReLU())
        else:
            _replace_activations(child)


def generator_step(generator: nn.Module, lr: Tensor, hr: Tensor, precision: torch.dtype) -> None:
    """One forward and backward pass."""
    with torch.autocast("cpu", dtype=precision, enabled=precision != torch.float32):
        restored = generator(lr)
    nn.functional.mse_loss(restored.float(), hr).backward()
    generator.zero_grad(set_to_none=True)


def compare(
    what: str, precision: torch.dtype, textbook: Callable[[], None], engine: Callable[[], None]
) -> dict[str, object]:
    """Times two things in turn."""
    pairs = in_turn(partial(_seconds, textbook), partial(_seconds, engine), ROUNDS, WARM_UP)
    textbook_s, engine_s = map(statistics.median, zip(*pairs, strict=True))
    return {
        "what": what,
        "precision": str(precision).removeprefix("torch."),
        "textbook_s": textbook_s,
        "engine_s": engine_s,
        "ratio": statistics.median(first / second for first, second in pairs),
    }


def _seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def generator_rows() -> list[dict[str, object]]:
    """SRResNet's rows."""
    networks = [TextbookGenerator(), Generator()]
    networks[0].load_state_dict(networks[1].state_dict())
    hr = torch.rand(BATCH, 3, PATCH, PATCH)
    lr = nn.functional.avg_pool2d(hr, SCALE).contiguous(memory_format=torch.channels_last)
    for network in networks:
        network.to(memory_format=torch.channels_last)
    return [
        compare(
            "SRResNet, forward and backward",
            precision,
            *(partial(generator_step, network, lr, hr, precision) for network in networks),
        )
        for precision in (torch.float32, torch.bfloat16)
    ]


def phi_step(phi: nn.Module, restored: Tensor, hr: Tensor, precision: torch.dtype) -> None:
    """The gradient of a content loss with respect to the restored patches."""
    leaf = restored.clone().requires_grad_()
    with torch.autocast("cpu", dtype=precision, enabled=precision != torch.float32):
        with torch.no_grad():
            wanted = phi(hr)
        found = phi(leaf)
    torch.autograd.grad(nn.functional.mse_loss(found.float(), wanted.float()), leaf)


def phi_rows() -> list[dict[str, object]]:
    """The content losses' rows."""
    rows = []
    for content in ("vgg16-22", "vgg16-53"):
        layers, phi = random_features(content)
        assert layers is not None
        layers.to(memory_format=torch.channels_last)
        textbook = nn.Sequential(Normalised(), layers)
        for batch, patch in ((4, 48), (BATCH, PATCH)):
            hr, restored = (
                torch.rand(batch, 3, patch, patch).contiguous(memory_format=torch.channels_last)
                for _ in range(2)
            )
            rows += [
                compare(
                    f"{content}, {batch} of {patch} px",
                    precision,
                    *(partial(phi_step, each, restored, hr, precision) for each in (textbook, phi)),
                )
                for precision in (torch.float32, torch.bfloat16)
            ]
    return rows


def main() -> None:
    given = parser(__doc__).parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    rows = [*generator_rows(), *phi_rows()]
    record = {"machine": describe(torch.device("cpu"), given.threads)}
    report("Layers", COLUMNS, rows, record, given.json)


if __name__ == "__main__":
    main()
