"""Time of one SRResNet step: textbook layers against those of srgan_core.layers.

    python benchmarks/generator_step.py [--threads 2] [--json FILE]

Both generators hold the same weights and see the same batch (16 patches of 96 px), in turn,
in one process. The table comes last: median seconds of each and their ratio.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from srgan_core.layers import SharedPReLU
from srgan_core.networks import Generator

ROUNDS, WARM_UP = 7, 2


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


def step_seconds(generator: nn.Module, lr: Tensor, hr: Tensor, precision: torch.dtype) -> float:
    """Seconds of one forward and backward pass."""
    begin = time.perf_counter()
    with torch.autocast("cpu", dtype=precision, enabled=precision != torch.float32):
        restored = generator(lr)
    nn.functional.mse_loss(restored.float(), hr).backward()
    generator.zero_grad(set_to_none=True)
    return time.perf_counter() - begin


def compare(precision: torch.dtype) -> dict[str, object]:
    """Times both generators in turn."""
    torch.manual_seed(0)
    engine, textbook = Generator(), TextbookGenerator()
    textbook.load_state_dict(engine.state_dict())
    lr = torch.rand(16, 3, 24, 24).contiguous(memory_format=torch.channels_last)
    hr = torch.rand(16, 3, 96, 96)
    networks = [n.to(memory_format=torch.channels_last) for n in (textbook, engine)]
    seconds = [[step_seconds(n, lr, hr, precision) for n in networks] for _ in range(ROUNDS)]
    reference_s, engine_s = map(statistics.median, zip(*seconds[WARM_UP:], strict=True))
    ratio = statistics.median(pair[0] / pair[1] for pair in seconds[WARM_UP:])
    name = str(precision).removeprefix("torch.")
    return {"precision": name, "reference_s": reference_s, "engine_s": engine_s, "ratio": ratio}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rows = [compare(precision) for precision in (torch.float32, torch.bfloat16)]
    machine = f"{platform.machine()}, {options.threads} threads, torch {torch.__version__}"
    if options.json:
        record = {"machine": machine, "rows": rows}
        options.json.write_text(json.dumps(record, indent=1) + "\n")
    print(machine)
    print(f"{'precision':<10} {'textbook s':>10} {'engine s':>10} {'ratio':>6}")
    for row in rows:
        times = f"{row['reference_s']:>10.3f} {row['engine_s']:>10.3f} {row['ratio']:>6.2f}"
        print(f"{row['precision']:<10} {times}")


if __name__ == "__main__":
    main()
