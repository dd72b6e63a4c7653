"""A grid in one sweep against separate runs that each pretrain their own SRResNet.

    python benchmarks/sweep_wall.py [--pretraining 40] [--steps 40] [--json FILE]

Both train the same generators: 3 contents x (0 and 3 lambdas), each from an SRResNet trained for
--pretraining steps, on scikit-image's photographs, without scoring beyond PSNR. The sweep trains
the SRResNet and D's warm-up once and runs as many trials at once as have cores; the separate runs
come one after the other, with all cores each. What a longer pretraining would save, the ratio of
a short one only hints at: separate runs pay it twelve times, the sweep once.
"""

from __future__ import annotations

import tempfile
from argparse import Namespace
from pathlib import Path

import torch
from support.machine import describe, parser, report
from support.sweeps import sweep_seconds

CONTENTS = ("mse", "vgg16-22", "vgg16-53")
LAMBDAS = ("0", "1e-4", "1e-3", "1e-2")


def run(folder: Path, contents: str, lambdas: str, given: Namespace) -> float:
    """Seconds of a `sweep run` into a folder."""
    training = f"{{steps: {given.pretraining}, batch_size: 8, patch_size: 64}}"
    return sweep_seconds(
        folder,
        *("--content", contents, "--adv", lambdas, "--steps", str(given.steps)),
        *("--set", "grid.control=false", "--set", "srresnet.start=train"),
        *("--set", f"srresnet.training={training}"),
    )


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--pretraining", type=int, default=40)
    options.add_argument("--steps", type=int, default=40)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        together = run(root / "grid", ",".join(CONTENTS), ",".join(LAMBDAS), given)
        apart = sum(
            run(root / f"{content}-{adv}", content, adv, given)
            for content in CONTENTS
            for adv in LAMBDAS
        )
    rows = [
        {"how": "one sweep", "seconds": together, "ratio": 1.0},
        {"how": "12 separate runs", "seconds": apart, "ratio": apart / together},
    ]
    record = {"machine": describe(torch.device("cpu"), given.threads), "ratio": apart / together}
    report("12 generators", ("how", "seconds", "ratio"), rows, record, given.json)


if __name__ == "__main__":
    main()
