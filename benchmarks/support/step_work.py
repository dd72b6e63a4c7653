"""What one update of the engine has to do, layer by layer, forward and backward.

The rule is the engine's: one pass of G forward and back. D forward on real and on restored
patches; back to its weights for both, and once more to the restored patches for G's loss. phi
forward on both, back to the restored ones.

Of each layer count its operations, and the bytes of what it reads and writes once: maps and weights
in the precision, Adam's in float32. BatchNorm reads its input twice, for the statistics and for the
values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from support.roofline import Work
from torch import Tensor, nn

from srgan_core.feature_cuts import FEATURE_CUTS
from srgan_core.networks import Discriminator, Generator, ResidualBlock
from srgan_core.weights.catalogue import feature_layers

FORWARD, BACKWARD = "convolution, forward", "convolution, backward"
NORMS, RECTIFIERS, POOLS = "BatchNorm", "rectifiers", "pooling"
PRODUCTS, ADAM, CASTS, REST = "matrix products", "Adam", "copies and casts", "all else"
KINDS = (FORWARD, BACKWARD, NORMS, RECTIFIERS, POOLS, PRODUCTS, ADAM, CASTS, REST)

LAYERS = (nn.Conv2d, nn.Linear, nn.BatchNorm2d, nn.PReLU, nn.LeakyReLU, nn.ReLU, nn.MaxPool2d)


@dataclass(frozen=True)
class Passes:
    """How often a network's layers are gone through.

    Attributes:
        forward: Passes forward.
        to_inputs: Passes back to the layers' inputs.
        to_weights: Passes back to their weights.
        to_first: Passes back to the input of the first layer.
    """

    forward: int
    to_inputs: int
    to_weights: int
    to_first: int


def step_work(content: str, batch: int, patch: int, channels: int, width: int) -> list[Work]:
    """Everything that one update does.

    Args:
        content: The content loss.
        batch: Patches.
        patch: Their side in px.
        channels: Of D's first layers.
        width: Bytes of a number in the precision.
    """
    with torch.device("meta"):
        hr, lr = torch.empty(batch, 3, patch, patch), torch.empty(batch, 3, patch // 4, patch // 4)
        generator, discriminator = Generator(), Discriminator(patch, channels)
        work = [
            *network_work(generator, lr, Passes(1, 1, 1, 0), width),
            *network_work(discriminator, hr, Passes(2, 3, 2, 1), width),
        ]
        if content in FEATURE_CUTS:
            cut = FEATURE_CUTS[content]
            layers = feature_layers(cut.architecture)[: cut.stop]
            work += network_work(layers, hr, Passes(2, 1, 0, 1), width)
    trained = sum(p.numel() for n in (generator, discriminator) for p in n.parameters())
    # Read a weight, its gradient and two moments; write the weight and the moments.
    work.append(Work(ADAM, 0, 7 * 4 * trained))
    if width < 4:
        # Weights are read and written smaller, gradients read and written larger.
        work.append(Work(CASTS, 0, 2 * (4 + width) * trained))
    return work


def network_work(network: nn.Module, inputs: Tensor, passes: Passes, width: int) -> Iterator[Work]:
    """The work of a network's layers and skips."""
    shapes: list[tuple[nn.Module, int, int]] = []
    for layer in network.modules():
        if isinstance(layer, (*LAYERS, ResidualBlock)):
            layer.register_forward_hook(
                lambda layer, given, made: shapes.append((layer, given[0].numel(), made.numel()))
            )
    with torch.no_grad():
        _run(network, inputs)
    for number, (layer, read, written) in enumerate(shapes):
        back = passes.to_first if number == 0 else passes.to_inputs
        yield from _layer_work(layer, read, written, back, passes, width)


def _run(network: nn.Module, inputs: Tensor) -> None:
    network(inputs)
    if isinstance(network, Generator):
        # Its last convolution is computed in another form, which calls no layer.
        enlarged = inputs.new_empty(len(inputs), network.tail.in_channels, 1, 1)
        scale = network.scale
        network.tail(enlarged.expand(-1, -1, *(scale * side for side in inputs.shape[2:])))


def _layer_work(
    layer: nn.Module, read: int, written: int, back: int, passes: Passes, width: int
) -> Iterator[Work]:
    maps = read + written
    if isinstance(layer, nn.Conv2d | nn.Linear):
        convolves = isinstance(layer, nn.Conv2d)
        there, back_again = (FORWARD, BACKWARD) if convolves else (PRODUCTS, PRODUCTS)
        weights = layer.weight.numel()
        flops, moved = 2 * weights * written / layer.weight.shape[0], width * (maps + weights)
        yield from passes.forward * [Work(there, flops, moved)]
        yield from (back + passes.to_weights) * [Work(back_again, flops, moved)]
    elif isinstance(layer, nn.BatchNorm2d):
        yield from passes.forward * [Work(NORMS, 0, width * (2 * read + written))]
        yield from back * [Work(NORMS, 0, width * (4 * read + written))]
    elif isinstance(layer, nn.MaxPool2d):
        yield from passes.forward * [Work(POOLS, 0, width * maps)]
        yield from back * [Work(POOLS, 0, width * maps)]
    elif isinstance(layer, ResidualBlock):
        yield from passes.forward * [Work(REST, 0, width * (2 * read + written))]
    else:
        yield from passes.forward * [Work(RECTIFIERS, 0, width * maps)]
        yield from back * [Work(RECTIFIERS, 0, width * (read + maps))]
