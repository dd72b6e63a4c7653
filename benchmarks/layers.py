"""The engine's own layers against the textbook's, with the same weights on the same batch, in turn.

    python benchmarks/layers.py [--threads 2] [--json FILE]

An update's forward and backward pass of SRResNet in two precisions, batch 16, 96 px.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
from support.machine import describe, in_turn, parser, report
from torch import Tensor, nn

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
            deep = block.activation(block.shuffle(block.conv(deep)))
        return (torch.tanh(self.tail(deep).float()) + 1) / 2


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


def main() -> None:
    given = parser(__doc__).parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    rows = generator_rows()
    record = {"machine": describe(torch.device("cpu"), given.threads)}
    report("Layers, batch 16, 96 px", COLUMNS, rows, record, given.json)


if __name__ == "__main__":
    main()
