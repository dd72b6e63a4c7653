"""Writes a generator as ONNX or as a torch.export program, and checks it against PyTorch."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from srgan_core.errors import MissingDependencyError, SrganError
from srgan_core.files import atomic_path
from srgan_core.installing import install_extra
from sweep.errors import TrialError
from sweep.generators.export.card import Origin

TOLERANCE = 1e-4
"""Largest difference to PyTorch that an exported generator may have, outputs in [0, 1]."""

OPSET = 18

TRACED_SIZE = (24, 32)
"""Height and width of the batch that is traced; none of those that are checked."""

CHECKED_SIZES = ((2, 20, 28), (1, 33, 19))
"""Batch, height and width of the random inputs of the check."""

ONNX_PACKAGES = ("onnx", "onnxruntime", "onnxscript")

Run = Callable[[Tensor], np.ndarray]


def export_onnx(generator: nn.Module, path: Path, photographs: Sequence[np.ndarray] = ()) -> float:
    """Writes an ONNX file whose batch, height and width are free.

    Its input `lr` is (N, 3, H, W), its output `sr` (N, 3, scale * H, scale * W), both float32 in
    [0, 1].

    Args:
        generator: In evaluation mode, on the CPU.
        path: The file; whole, or absent when the check fails.
        photographs: (H, W, 3), uint8; checked beside random inputs.

    Returns:
        The largest difference to PyTorch over all checked inputs.

    Raises:
        MissingDependencyError: when the extra `export` is not installed.
        TrialError: when the difference is above `TOLERANCE`.
    """
    require_export_packages()
    with atomic_path(path) as temporary, _quiet(), _told(path):
        torch.onnx.export(
            generator,
            (_traced_batch(),),
            temporary,
            input_names=["lr"],
            output_names=["sr"],
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            dynamic_shapes=(_dynamic_axes(),),
            verbose=False,
        )
        return _checked(generator, _onnx_session(temporary), path, photographs)


def export_program(
    generator: nn.Module, path: Path, photographs: Sequence[np.ndarray] = ()
) -> float:
    """Writes a torch.export program (`torch.export.load`) whose batch, height and width are free.

    Args:
        generator: In evaluation mode, on the CPU.
        path: The file; whole, or absent when the check fails.
        photographs: As in `export_onnx`.

    Returns:
        The largest difference to PyTorch over all checked inputs.

    Raises:
        TrialError: when the difference is above `TOLERANCE`.
    """
    with atomic_path(path) as temporary, _quiet(), _told(path):
        program = torch.export.export(
            generator, (_traced_batch(),), dynamic_shapes=(_dynamic_axes(),)
        )
        # By its name alone the function would refuse a file that does not end in .pt2.
        buffer = io.BytesIO()
        torch.export.save(program, buffer)
        temporary.write_bytes(buffer.getvalue())
        buffer.seek(0)
        loaded = torch.export.load(buffer).module()
        return _checked(generator, _program(loaded), path, photographs)


def require_export_packages() -> None:
    """Refuses to go on without the packages that write and run ONNX.

    Raises:
        MissingDependencyError: names what is missing and how to install it.
    """
    missing = [name for name in ONNX_PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingDependencyError(
            f"ONNX: expected the packages {', '.join(ONNX_PACKAGES)}, got no "
            f"{', '.join(missing)}; {install_extra('export')}"
        )


def _traced_batch() -> Tensor:
    return torch.rand(2, 3, *TRACED_SIZE, generator=torch.Generator().manual_seed(0))


def _dynamic_axes() -> dict[int, torch.export.Dim]:
    """Batch, height and width."""
    return dict.fromkeys((0, 2, 3), torch.export.Dim.DYNAMIC)


def _onnx_session(path: Path) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(
        path.read_bytes(), options, providers=["CPUExecutionProvider"]
    )

    def run(lr: Tensor) -> np.ndarray:
        (sr,) = session.run(["sr"], {"lr": lr.numpy()})
        array: np.ndarray = sr
        return array

    return run


def _program(module: nn.Module) -> Run:
    def run(lr: Tensor) -> np.ndarray:
        with torch.inference_mode():
            array: np.ndarray = module(lr).numpy()
        return array

    return run


def _checked(
    generator: nn.Module, run: Run, path: Path, photographs: Sequence[np.ndarray]
) -> float:
    """Compares on every input; raises before the file gets its name."""
    worst = 0.0
    for lr in _inputs(photographs):
        with torch.inference_mode():
            expected = generator(lr).numpy()
        got = run(lr)
        if got.shape != expected.shape:
            raise TrialError(
                f"{path}: expected an output of {expected.shape}, got {got.shape}; not written"
            )
        worst = max(worst, float(np.abs(got - expected).max()))
    if not worst <= TOLERANCE:
        raise TrialError(
            f"{path}: expected at most {TOLERANCE:g} between it and PyTorch, got {worst:.2g}; "
            "not written; install other versions of torch and onnxruntime"
        )
    return worst


def _inputs(photographs: Sequence[np.ndarray]) -> Iterator[Tensor]:
    random = torch.Generator().manual_seed(1)
    for batch, height, width in CHECKED_SIZES:
        yield torch.rand(batch, 3, height, width, generator=random)
    for photograph in photographs:
        yield torch.from_numpy(np.array(photograph)).permute(2, 0, 1)[None].float() / 255


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the exporters' own progress and deprecations from the terminal."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Says in a sentence that a network's own code cannot be traced, as some of others cannot."""
    try:
        yield
    except (SrganError, OSError):
        raise
    # The exporters raise whatever the line leads to that they cannot follow.
    except Exception as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]
        raise TrialError(
            f"{path}: this network cannot be exported with free height and width ({reason}); "
            "not written; run it with `sweep upscale`"
        ) from None


def sample_photographs(origin: Origin) -> list[np.ndarray]:
    """What exported files are tried on beside random input.

    Args:
        origin: Where the generator comes from.

    Returns:
        The first LR image that its trial was scored on, or else one inside scikit-image.
    """
    from srgan_core.data.images import read_rgb
    from sweep.scoring.sets.test_sets import resolve_test_set

    if origin.record.trial is not None:
        for path in sorted(origin.file.resolve().parents[2].glob("reference/*/lr/*.png")):
            return [read_rgb(path)]
    return [read_rgb(resolve_test_set("skimage3", scale=2).hr[0])[:96, :128]]
