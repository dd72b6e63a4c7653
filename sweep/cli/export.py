"""`sweep export`."""

from __future__ import annotations

from pathlib import Path

import click

from sweep.cli.completion import complete_generators
from sweep.cli.paths import OutputFile, results_option

EXAMPLES = """\b
Examples:
  sweep export vgg16-53-adv0.01 --results results/quick-cpu --onnx sr.onnx
  sweep export generator.safetensors --onnx sr.onnx --program sr.pt2
  sweep export RealESRGAN_x4plus.pth --onnx sr.onnx

ONNX needs the extra: pip install 'srgan-sweep[export]'.
"""


@click.command("export", epilog=EXAMPLES)
@click.argument("generator", metavar="TRIAL|FILE", shell_complete=complete_generators)
@click.option("--onnx", metavar="FILE", type=OutputFile(), help="Write an ONNX file.")
@click.option(
    "--program",
    metavar="FILE",
    type=OutputFile(),
    help="Write a torch.export program (torch.export.load reads it).",
)
@click.option(
    "--card",
    metavar="FILE",
    type=OutputFile(),
    help="Where the model card goes.  [default: beside the first file, with the ending .md]",
)
@results_option("in which TRIAL is looked up")
def command(
    generator: str, onnx: Path | None, program: Path | None, card: Path | None, results: Path
) -> None:
    """Write a generator as ONNX file or torch.export program, with a model card.

    Batch, height and width are free. Each file is compared with PyTorch, on random input and on
    a photograph, and is written only where they agree to 1e-4.
    """
    if onnx is None and program is None:
        raise click.UsageError("expected --onnx FILE or --program FILE, got neither")
    from srgan_core.destinations import check_file
    from srgan_core.files import write_atomically
    from srgan_core.networks import Generator
    from sweep.generators.export.card import model_card, read_origin
    from sweep.generators.export.formats import (
        export_onnx,
        export_program,
        require_export_packages,
        sample_photographs,
    )
    from sweep.generators.lookup import find_generator, load_any
    from sweep.store.folder import SweepStore

    if onnx is not None:
        require_export_packages()
    page = card or _default_card(onnx or program or Path())
    targets = [path for path in (onnx, program, page) if path is not None]
    _refuse_equal(targets)
    origin = read_origin(find_generator(generator, SweepStore(results)))
    for target in targets:
        check_file(target, [origin.file])
    network = load_any(origin.file)
    module = network if isinstance(network, Generator) else network.module
    assert module is not None
    photographs = sample_photographs(origin)
    files = {}
    for path, export in ((onnx, export_onnx), (program, export_program)):
        if path is not None:
            files[path] = export(module, path, photographs)
            click.echo(f"{path}: at most {files[path]:.1e} from PyTorch")
    if page is not None:
        write_atomically(page, model_card(origin, network, files).encode())
        click.echo(page)


def _default_card(file: Path) -> Path | None:
    """Beside the first file; a device or a named pipe goes without a card."""
    from srgan_core.files import is_written_through

    return None if is_written_through(file) else file.with_suffix(".md")


def _refuse_equal(paths: list[Path]) -> None:
    if len({path.resolve() for path in paths}) < len(paths):
        names = ", ".join(map(str, paths))
        raise click.UsageError(f"expected files that differ, got {names}; name them apart")
