"""`sweep upscale`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

import click

from srgan_core.wording import counted
from sweep.cli.completion import complete_generators
from sweep.cli.messages import say
from sweep.cli.options import share
from sweep.cli.paths import OutputFolder, results_option

if TYPE_CHECKING:
    import torch

    from srgan_core.networks import Generator
    from srgan_core.overlap import OverlappingTiles

Begin = Callable[[str], Callable[[float], None]]

EXAMPLES = """\b
Examples:
  sweep upscale photo.jpg
  sweep upscale photos --generator vgg16-53-adv0.01 --results results/quick-cpu
  sweep upscale photo.png --adv-like 0.5 -o realistic
  sweep upscale photo.png --generator RealESRGAN_x4plus.pth
  sweep upscale scans --precision bfloat16

Exit status: 0 every image written; 1 some image could not be read (the others are written);
2 wrong usage.
"""


@click.command("upscale", epilog=EXAMPLES)
@click.argument(
    "sources", metavar="IMG...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--generator",
    metavar="TRIAL|FILE",
    shell_complete=complete_generators,
    help="A trial of --results, its folder, or a generator file, ours or another known network's.  "
    "[default: the bundled SRResNet x4]",
)
@click.option(
    "-o",
    "--out",
    metavar="DIR",
    type=OutputFolder(),
    default=Path("upscaled"),
    show_default=True,
    help="Folder for the images, written as DIR/<stem>.png.",
)
@results_option("for TRIAL and --adv-like")
@click.option(
    "--adv-like",
    metavar="SHARE",
    type=share,
    help="How much realism to buy, from 0 to 1: mixes the weights of the two ends of a sweep. 1 is "
    "its finished trial of the largest adversarial coefficient with a generator file (among equals "
    "the lowest LPIPS), 0 the SRResNet of its seed.  [0<=x<=1]",
)
@click.option("--content", help="Content loss that --adv-like stays within.  [default: any]")
@click.option(
    "--scale", type=click.Choice(["2", "4", "8"]), help="Refuse a generator of another scale."
)
@click.option(
    "--device",
    default="auto",
    show_default=True,
    help="Where the generator runs: auto, cpu, cuda, cuda:N or mps.",
)
@click.option(
    "--precision",
    type=click.Choice(["float32", "bfloat16", "auto"]),
    default="float32",
    show_default=True,
    help="Type of the convolutions. bfloat16 is off by a few grey levels; auto takes it where the "
    "device is faster in it.",
)
def command(
    sources: tuple[Path, ...],
    generator: str | None,
    out: Path,
    results: Path,
    adv_like: float | None,
    content: str | None,
    scale: str | None,
    device: str,
    precision: str,
) -> int:
    """Enlarge images, or folders of them, of any size.

    Grey stays grey, transparency is enlarged by bicubic interpolation, ICC profiles are kept and
    EXIF orientation is applied. 16-bit images are refused.
    """
    from srgan_core.errors import DataError
    from srgan_core.upscaling import upscale_file

    if generator is not None and adv_like is not None:
        raise click.UsageError("--generator and --adv-like: expected one of them, got both")
    if content is not None and adv_like is None:
        raise click.UsageError("--content: expected together with --adv-like, got it alone")
    pairs = plan_files(sources, out)
    network = _load(generator, results, adv_like, content, int(scale) if scale else None, device)
    dtype = _precision_for(network, precision, device)
    failed = 0
    with _progress(len(pairs)) as begin:
        for source, target in pairs:
            try:
                notes = upscale_file(
                    source, target, network, precision=dtype, on_progress=begin(source.name)
                )
            except DataError as error:
                failed += 1
                say(f"error: {error}")
                continue
            click.echo(f"{source} -> {target}")
            for note in notes:
                say(f"note: {source}: {note}")
    if failed:
        click.echo(f"{failed} of {counted(len(pairs), 'image')} could not be enlarged", err=True)
    return int(failed > 0)


def plan_files(sources: tuple[Path, ...], out: Path) -> list[tuple[Path, Path]]:
    """Pairs every image with the file that it becomes.

    Args:
        sources: Files, and folders that are searched at any depth.
        out: Folder of the results.

    Returns:
        Source and target, in the order given.

    Raises:
        DataError: when a source does not exist or a folder holds no image.
        ConfigError: when two sources would become one file, or a result would replace a source.
    """
    from srgan_core.data.listing import Listing, describe_skipped, list_images
    from srgan_core.destinations import check_file
    from srgan_core.errors import ConfigError, DataError

    files: list[Path] = []
    for source in sources:
        if not source.exists():
            raise DataError(f"{source}: expected an image or a folder, found nothing")
        listing = list_images(source) if source.is_dir() else Listing((source,))
        files += listing.images
        if listing.skipped:
            say(f"note: {source}: left out {describe_skipped(listing.skipped)}")
    # A file named twice is one file; on some file systems so are names in another case or form.
    pairs = {source.resolve(): (source, out / f"{source.stem}.png") for source in files}
    taken: dict[str, Path] = {}
    for source, target in pairs.values():
        other = taken.setdefault(normalize("NFC", target.name).casefold(), source)
        if other is not source:
            raise ConfigError(
                f"{other} and {source}: expected names that differ, got two for {target}; "
                "enlarge them into different folders with -o"
            )
        if target.resolve() in pairs:
            raise ConfigError(
                f"{target}: expected a new file, got one of the images to enlarge; "
                "choose another folder with -o"
            )
        check_file(target)
    return list(pairs.values())


def _load(
    generator: str | None,
    results: Path,
    adv_like: float | None,
    content: str | None,
    scale: int | None,
    device: str,
) -> Generator | OverlappingTiles:
    from srgan_core.bundled import BUNDLED_SCALES
    from srgan_core.errors import ConfigError
    from srgan_core.training.hardware import resolve_device
    from sweep.generators.lookup import find_ends, find_generator
    from sweep.store.folder import SweepStore

    where = resolve_device(device)
    if adv_like is None:
        path = None if generator is None else find_generator(generator, SweepStore(results))
        if path is None and scale not in (None, *BUNDLED_SCALES):
            raise ConfigError(
                f"--scale {scale}: the SRResNet that comes with the package is for "
                f"{', '.join(map(str, BUNDLED_SCALES))}; name a generator with --generator"
            )
        return _load_file(path, scale, str(where))
    ends = find_ends(SweepStore(results), content)
    network = ends.load(adv_like, str(where))
    if scale not in (None, network.scale):
        raise ConfigError(f"{ends.trial.path}: made for scale {network.scale}, asked for {scale}")
    start = ends.start or "the bundled SRResNet"
    say(f"note: {adv_like:g} of the way from {start} to {ends.trial.path.name}")
    return network


def _precision_for(
    network: Generator | OverlappingTiles, precision: str, device: str
) -> torch.dtype:
    """What the precision asked for comes to; what it does to others' networks is not known."""
    import torch

    from srgan_core.errors import ConfigError
    from srgan_core.networks import Generator
    from srgan_core.training.hardware import resolve_device, resolve_precision

    if isinstance(network, Generator):
        return resolve_precision(precision, resolve_device(device))
    if precision == "bfloat16":
        raise ConfigError(
            "--precision bfloat16: expected a generator.safetensors of this package, got another "
            "file, which is run in float32; leave the option out"
        )
    return torch.float32


def _load_file(path: Path | None, scale: int | None, device: str) -> Generator | OverlappingTiles:
    """Loads our own generator to be cut up exactly, and any other with overlapping tiles."""
    from srgan_core.networks import Generator
    from sweep.generators.lookup import load_any

    loaded = load_any(path, scale, device)
    if isinstance(loaded, Generator):
        return loaded
    for note in loaded.notes:
        say(f"note: {note}")
    return loaded.tiles


@contextmanager
def _progress(images: int) -> Iterator[Begin]:
    """A bar over all images with the time left; a line now and then where no terminal listens.

    Yields:
        Function to call before each image with its name, for one that is told the share done.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(images)
        return
    columns = (
        TextColumn("{task.fields[done]} of {task.total:.0f}"),
        BarColumn(bar_width=20),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=images, done=0)
        numbers = count()

        def begin(name: str) -> Callable[[float], None]:
            done = next(numbers)
            bar.update(task, completed=done, done=done, description=name)
            return lambda share: bar.update(task, completed=done + share)

        yield begin
        bar.update(task, completed=images, done=images, description="")


def _lines(images: int) -> Begin:
    from sweep.cli.item_progress import Pace, time_left

    begun, numbers = time.monotonic(), count()
    pace = Pace(begun)

    def begin(name: str) -> Callable[[float], None]:
        done = next(numbers)

        def advance(share: float) -> None:
            if share > 0 and pace.is_due():
                left = time_left(images - done - share, done + share, begun)
                at = f"{done + 1}/{images}: {name}, {share:.0%} of it"
                click.echo(f"enlarging {at}, {left}", err=True)

        return advance

    return begin
