"""What checkpoints cost: the time of one against the steps between two, for the shipped configs.

    python benchmarks/checkpoints.py [--configs quick,standard] [--json FILE]

Each config's trial with an adversary and the content mse, whose steps are the shortest: a few real
steps are timed, then its networks, moving average and optimizers are written to disk several times
as the trainer writes them, flushes and hashes included.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import torch
from support.machine import describe, parser, report
from torch import Tensor

from srgan_core.training.checkpoint import TrainingState, flatten, save_checkpoint
from srgan_core.training.config import TrainingSpec
from srgan_core.training.fresh import adam, first_discriminator, fresh_generator, moving_average
from sweep.config.loading import load_config
from sweep.planning.calibration import measure_step

ROUNDS = 5
COLUMNS = ("config", "step_s", "interval", "megabytes", "checkpoint_s", "overhead_percent")


def spec_of(name: str, threads: int) -> TrainingSpec:
    """A trial of a config that trains both networks."""
    config = load_config(name)
    return TrainingSpec(
        scale=config.scale,
        content="mse",
        adversarial_weight=1e-3,
        pixel_weight=config.objective["mse"].pixel_weight,
        threads=threads,
        data=config.data,
        training=config.adversarial,
    )


def state_of(spec: TrainingSpec) -> dict[str, Tensor]:
    """All that a checkpoint holds, with optimizers that have stepped once."""
    generator, discriminator = fresh_generator(spec), first_discriminator(spec)
    networks = {"generator": generator, "discriminator": discriminator}
    optimizers = {f"optimizer_{name[0]}": adam(net, 1e-4) for name, net in networks.items()}
    for network, optimizer in zip(networks.values(), optimizers.values(), strict=True):
        assert network is not None
        assert optimizer is not None
        for parameter in network.parameters():
            parameter.grad = torch.zeros_like(parameter)
        optimizer.step()
    average = moving_average(generator, spec.training.ema_decay)
    return flatten(networks | {"average": average}, optimizers)


def cost(name: str, threads: int, folder: Path) -> dict[str, object]:
    """Seconds of a step and of a checkpoint of a config."""
    spec = spec_of(name, threads)
    step_s = measure_step(spec, torch.device("cpu")).seconds
    tensors, seconds = state_of(spec), []
    for iteration in range(ROUNDS):
        begin = time.perf_counter()
        written = save_checkpoint(folder, TrainingState(iteration, spec.digest(), {}, tensors))
        seconds.append(time.perf_counter() - begin)
    interval, checkpoint_s = spec.training.checkpoint_every, statistics.median(seconds)
    return {
        "config": name,
        "step_s": step_s,
        "interval": interval,
        "megabytes": sum(file.stat().st_size for file in written.iterdir()) / 1e6,
        "checkpoint_s": checkpoint_s,
        "overhead_percent": 100 * checkpoint_s / (interval * step_s),
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--configs", default="quick,standard,reference,voc2012")
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    rows = []
    for name in given.configs.split(","):
        with tempfile.TemporaryDirectory(dir=".") as temporary:
            rows.append(cost(name, given.threads, Path(temporary)))
    record = {"machine": describe(torch.device("cpu"), given.threads)}
    report("Checkpoints at the default interval", COLUMNS, rows, record, given.json)


if __name__ == "__main__":
    main()
