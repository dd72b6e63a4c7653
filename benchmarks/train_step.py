"""One training step: the article's networks and loop against the engine, side by side.

    python benchmarks/train_step.py [--content vgg54] [--device cpu] [--json FILE]

Both see the same tensors in memory: 16 patches of 96 px unless told otherwise. The reference runs
in float32, the engine in float32 and in bfloat16. VGG has seeded random weights, on which no time
depends. The roofline is the sum over all layers, forward and backward, of the longer of two times:
of its operations at the convolution peak of the precision, and of its bytes at the bandwidth of the
memory for so many; both measured in this run. --kinds shows it for each kind of layer, beside the
time that PyTorch's profiler finds.

The engine's gradients are also held against the reference's, in float64 at the same weights; the
records hold the largest difference as `gradient_difference`.
"""

from __future__ import annotations

import statistics
import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import torch
from support.article import ArticleLoop
from support.machine import describe, in_turn, parser, report
from support.profiling import kinds_of_time
from support.roofline import LARGEST, MEASURE_SECONDS, ceilings
from support.step_work import KINDS, step_work
from torch import Tensor, nn

from srgan_core.data.patches import Batch
from srgan_core.feature_cuts import FEATURE_CUTS
from srgan_core.networks import Discriminator, Generator
from srgan_core.training.config import TrainingSpec
from srgan_core.training.distributed import Processes
from srgan_core.training.learner import Learner
from srgan_core.training.recorded import PLAIN_RUNS
from srgan_core.vgg import VggFeatures
from srgan_core.weights.catalogue import feature_layers

BATCH, PATCH = 16, 96
SMALL_BATCH, SMALL_PATCH = 4, 64
COLUMNS = (
    "content",
    "precision",
    "reference_s",
    "engine_s",
    "ratio",
    "roofline_s",
    "over_roofline",
)

WARM_UP = PLAIN_RUNS + 2
"""Rounds that are not counted: on a GPU the engine records its update in the last but one."""

KIND_COLUMNS = ("kind", "share", "limit_ms", "time_ms", "over_limit")
PRECISIONS = (torch.float32, torch.bfloat16)


@dataclass(frozen=True)
class Form:
    """What of the networks differs from one config to another.

    Attributes:
        patch: Side of D's input in px.
        channels: Of D's first layers.
        frozen: Whether G's BatchNorm keeps its statistics.
        compiled: Whether the engine's networks go through `torch.compile`.
    """

    patch: int = PATCH
    channels: int = 64
    frozen: bool = False
    compiled: bool = False


def form_of(given: Namespace) -> Form:
    """The form that the options ask for."""
    return Form(given.patch, given.channels, given.frozen, given.compile)


class Engine:
    """The engine's iteration as the trainer runs it, always on the same batch."""

    def __init__(
        self,
        reference: ArticleLoop,
        features: nn.Module | None,
        precision: torch.dtype,
        device: torch.device,
        form: Form = Form(),
    ) -> None:
        pixel, content, adversarial = reference.weights
        spec = TrainingSpec(
            content_weight=content,
            pixel_weight=pixel,
            adversarial_weight=adversarial,
            data={"sources": {"skimage": 1.0}},
            training={
                "steps": 1_000_000,
                "patch_size": form.patch,
                "precision": str(precision).removeprefix("torch."),
                "freeze_batchnorm_after": 0 if form.frozen else None,
                "compile": form.compiled,
            },
        )
        discriminator = Discriminator(form.patch, form.channels)
        self.learner = Learner(
            spec,
            self,  # type: ignore[arg-type]
            device=device,
            features=features,
            init=with_weights(Generator(), reference.generator),
            init_discriminator=with_weights(discriminator, reference.discriminator),
            processes=Processes(),
        )
        self.given, self.iterations = Batch(torch.empty(0), torch.empty(0)), 0

    def batch(self, step: int) -> Batch:
        """What the learner asks its sampler for."""
        return self.given

    def update(self, batch: Batch) -> dict[str, Tensor]:
        """One update of both networks."""
        self.given, self.iterations = batch, self.iterations + 1
        return self.learner.train(self.iterations)


def with_weights(network: nn.Module, source: nn.Module) -> nn.Module:
    """Copies weights in order: both define the same layers one after the other."""
    pairs = zip(network.state_dict().values(), source.state_dict().values(), strict=True)
    for target, value in pairs:
        target.copy_(value)
    return network


def weights_of(content: str) -> tuple[float, float, float]:
    """Coefficients of the three terms; no time depends on them."""
    return (1.0, 0.0 if content == "mse" else 0.006, 1e-3)


def random_features(content: str) -> tuple[nn.Module | None, nn.Module | None]:
    """Phi with seeded random weights, as the reference and as the engine have it."""
    if content == "mse":
        return None, None
    cut = FEATURE_CUTS[content]
    torch.manual_seed(1)
    layers = feature_layers(cut.architecture)[: cut.stop].to_empty(device="cpu")
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    layers.requires_grad_(False).eval()
    state = {f"features.{key}": value for key, value in layers.state_dict().items()}
    return layers, VggFeatures(content, state)


def largest_difference(content: str, dtype: torch.dtype = torch.float64) -> float:
    """Largest difference of a tensor's gradient from the reference's, over its norm.

    In float32 two BatchNorm networks in a row amplify the rounding of either side to about a
    hundredth on small batches; in float64 an error of the update rule would stand alone.
    Biases in front of BatchNorm are left out: it cancels them, so their gradients are noise.
    """
    torch.manual_seed(0)
    theirs, ours = random_features(content)
    reference = ArticleLoop(SMALL_PATCH, theirs, weights_of(content))
    cpu, small = torch.device("cpu"), Form(SMALL_PATCH)
    engine = Engine(reference, ours, torch.float32, cpu, small)
    learner = engine.learner
    networks = (learner.generator, learner.discriminator, reference.generator)
    for network in filter(None, (*networks, reference.discriminator, theirs, ours)):
        network.to(dtype)
    reference.mean, reference.std = reference.mean.to(dtype), reference.std.to(dtype)
    hr = torch.rand(SMALL_BATCH, 3, SMALL_PATCH, SMALL_PATCH, dtype=dtype)
    lr = nn.functional.avg_pool2d(hr, 4)
    reference.gradients(lr, hr)
    learner.step.accumulate(Batch(lr, hr))
    pairs = (
        (learner.generator, reference.generator),
        (learner.discriminator, reference.discriminator),
    )
    return max(_differences(ours, theirs) for ours, theirs in pairs)


def _differences(ours: nn.Module, theirs: nn.Module) -> float:
    pairs = zip(ours.named_parameters(), theirs.parameters(), strict=True)
    return max(
        float((p.grad - q.grad).norm() / q.grad.norm())
        for (name, p), q in pairs
        if not _is_cancelled(ours, name)
    )


def _is_cancelled(network: nn.Module, name: str) -> bool:
    """Whether a parameter is the bias of a convolution that BatchNorm follows."""
    modules = list(network.named_modules())
    following = {before: after for (before, _), (_, after) in pairwise(modules)}
    owner, _, kind = name.rpartition(".")
    return kind == "bias" and isinstance(following.get(owner), nn.BatchNorm2d)


def random_batch(given: Namespace, device: torch.device) -> Batch:
    """A batch in the layout of the engine's sampler."""
    hr = torch.rand(given.batch, 3, given.patch, given.patch, device=device)
    parts = (nn.functional.avg_pool2d(hr, 4), hr)
    return Batch(*(part.contiguous(memory_format=torch.channels_last) for part in parts))


def seconds_of(device: torch.device, update: Callable[..., object], *inputs: object) -> float:
    """Wall-clock seconds of a call."""
    begin = time.perf_counter()
    update(*inputs)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - begin


def compare(
    content: str, precision: torch.dtype, device: torch.device, given: Namespace
) -> dict[str, object]:
    """Times the reference in float32 against the engine in a precision."""
    print(f"measuring {content} in {precision} ...", file=sys.stderr)
    torch.manual_seed(0)
    theirs, ours = random_features(content)
    ours = ours.to(device) if ours is not None else None
    batch = random_batch(given, device)
    reference = ArticleLoop(given.patch, theirs, weights_of(content), given.channels).to(device)
    engine = Engine(reference, ours, precision, device, form_of(given))
    pairs = in_turn(
        partial(seconds_of, device, reference.update, batch.lr, batch.hr),
        partial(seconds_of, device, engine.update, batch),
        given.rounds,
        warm_up=WARM_UP,
    )
    limits = ceilings(device, precision, given.roofline_seconds)
    work = step_work(content, given.batch, given.patch, given.channels, precision.itemsize)
    roofline_s = sum(map(limits.seconds_for, work))
    flops = sum(each.flops for each in work)
    reference_s, engine_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    return {
        "content": content,
        "precision": str(precision).removeprefix("torch."),
        "reference_s": reference_s,
        "engine_s": engine_s,
        "ratio": statistics.median(a / b for a, b in pairs),
        "roofline_s": roofline_s,
        "over_roofline": engine_s / roofline_s,
        "engine_patches_per_s": given.batch / engine_s,
        "reference_patches_per_s": given.batch / reference_s,
        "gradient_difference": largest_difference(content),
        "gflop": flops / 1e9,
        "peak_gflops": limits.flops / 1e9,
        "bandwidth_gbs": limits.bandwidth(2**LARGEST) / 1e9,
    }


def kinds(
    content: str, precision: torch.dtype, device: torch.device, given: Namespace
) -> list[dict[str, object]]:
    """The engine's update by kind of layer: its time, its share, its limit."""
    theirs, ours = random_features(content)
    reference = ArticleLoop(given.patch, theirs, weights_of(content), given.channels).to(device)
    ours = ours.to(device) if ours is not None else None
    engine = Engine(reference, ours, precision, device, form_of(given))
    batch = random_batch(given, device)
    # Of a recorded update the profiler does not know which operator launched a kernel.
    engine.learner.recorder.records = False
    for _ in range(3):
        engine.update(batch)
    times = kinds_of_time(partial(engine.update, batch), given.rounds, device)
    limits = ceilings(device, precision, given.roofline_seconds)
    least = Counter[str]()
    for work in step_work(content, given.batch, given.patch, given.channels, precision.itemsize):
        least[work.kind] += limits.seconds_for(work)
    total = sum(times.values())
    rows = [_kind_row(kind, times.get(kind, 0.0), least[kind], total) for kind in KINDS]
    return [*rows, _kind_row("in all", total, sum(least.values()), total)]


def _kind_row(kind: str, seconds: float, limit: float, total: float) -> dict[str, object]:
    return {
        "kind": kind,
        "share": f"{seconds / total:.0%}",
        "limit_ms": 1e3 * limit,
        "time_ms": 1e3 * seconds,
        "over_limit": f"{seconds / limit:.2f}" if limit else "-",
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--content", default="vgg54", choices=("mse", *FEATURE_CUTS))
    options.add_argument("--all", action="store_true", help="measure mse, vgg22 and vgg54")
    options.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--batch", type=int, default=BATCH)
    options.add_argument("--patch", type=int, default=PATCH, help="a multiple of 16, in px")
    options.add_argument(
        "--roofline-seconds", type=float, default=MEASURE_SECONDS, help="for each ceiling"
    )
    options.add_argument("--channels", type=int, default=64, help="of D's first layers")
    options.add_argument("--frozen", action="store_true", help="G's BatchNorm does not learn")
    options.add_argument("--compile", action="store_true", help="the engine's networks")
    options.add_argument("--kinds", action="store_true", help="show the kinds of layers too")
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    device = torch.device(given.device)
    contents = ("mse", "vgg22", "vgg54") if given.all else (given.content,)
    rows = [
        compare(content, precision, device, given)
        for content in contents
        for precision in PRECISIONS
    ]
    exact, fast = (row for row in rows if row["content"] == given.content)
    record = {
        "machine": describe(device, given.threads),
        "batch": given.batch,
        "patch": given.patch,
        "ratio": float(exact["reference_s"]) / float(fast["engine_s"]),
    }
    title = f"One training step, batch {given.batch}, {given.patch} px"
    report(title, COLUMNS, rows, record, given.json)
    if given.kinds:
        for precision in PRECISIONS:
            rows = kinds(given.content, precision, device, given)
            report(f"{given.content}, {precision}", KIND_COLUMNS, rows, record, None)
    print(f"{given.content}: reference in float32 over engine in bfloat16: {record['ratio']:.2f}")


if __name__ == "__main__":
    main()
