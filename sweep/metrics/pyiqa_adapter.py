"""The one place that talks to the package pyiqa: makes its metrics and feeds them images.

pyiqa downloads weights while a metric is built, prints where to, and lets every kind of error
through. Here a metric is built silently, and what goes wrong becomes a `WeightsError` that says
which file is missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
import re
import socket
import warnings
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import torch
from torch import Tensor

from srgan_core.errors import DataError, UnavailableWeightsError
from srgan_core.network import OFFLINE_VARIABLE, is_offline
from sweep.metrics.inputs import (
    Rgb,
    check_image,
    check_pair,
    cut_border,
    luma,
    rounded_luma,
)

if TYPE_CHECKING:
    from torch import nn

    from sweep.metrics.pyiqa_names import Channel, FromPyiqa

STALL_SECONDS = 60.0
"""How long a download of pyiqa may deliver nothing."""

_DOWNLOAD = re.compile(r'Downloading: "(?P<url>[^"]+)" to (?P<path>\S+)')


def to_rgb(rgb: Rgb) -> Tensor:
    """(H, W, 3) in 0..255 to (1, 3, H, W), float32 in [0, 1]."""
    return torch.tensor(np.ascontiguousarray(rgb)).permute(2, 0, 1)[None].float() / 255


def to_luma(rgb: Rgb) -> Tensor:
    """BT.601 luma, (1, 1, H, W), float64 in [16, 235] / 255."""
    return torch.tensor(luma(rgb))[None, None] / 255


def to_rounded_luma(rgb: Rgb) -> Tensor:
    """BT.601 luma rounded to integers, (1, 1, H, W), float64 in [16, 235] / 255."""
    return torch.tensor(rounded_luma(rgb))[None, None] / 255


def to_grey_rgb(rgb: Rgb) -> Tensor:
    """Rounded luma as three equal channels, float32: what takes Y of it finds that luma again."""
    return to_rounded_luma(rgb).expand(-1, 3, -1, -1).float()


PREPARE: Mapping[Channel, Callable[[Rgb], Tensor]] = MappingProxyType(
    {
        "RGB": to_rgb,
        "luma": to_luma,
        "rounded luma": to_rounded_luma,
        "grey RGB": to_grey_rgb,
    }
)
"""Makes the tensor that a metric takes out of an image."""


class PyiqaMetric:
    """A metric of pyiqa, loaded once and called per image; without float64, on the CPU.

    Raises:
        WeightsError: when pyiqa cannot build it here, most often for lack of its weights.
    """

    def __init__(self, use: FromPyiqa, device: str | torch.device = "cpu") -> None:
        self.use = use
        self.device = torch.device("cpu") if use.cpu_only else double_device(device)
        self._metric = create_metric(use.name, self.device, **use.options)

    def __call__(self, sr: Rgb, hr: Rgb | None, crop_border: int) -> float:
        """Scores one image; `hr` is None for a metric that sees one image alone.

        Raises:
            ShapeError: when shapes differ or too little is left after the cut.
            DataError: when the metric has no finite value for these images.
        """
        border = crop_border if self.use.cuts_border else 0
        images = [sr] if hr is None else [sr, hr]
        if hr is None:
            check_image(sr, border, self.use.smallest_side, "image")
        else:
            check_pair(sr, hr, border, self.use.smallest_side)
        tensors = [PREPARE[self.use.channel](cut_border(image, border)) for image in images]
        if self.use.needs_texture and tensors[-1].min() == tensors[-1].max():
            raise DataError(f"{self.use.name}: the reference is flat, so it holds no information")
        value = self._evaluate([tensor.to(self.device) for tensor in tensors])
        if not math.isfinite(value):
            raise DataError(f"{self.use.name}: no finite value for this image; it may be flat")
        return value

    def digest(self) -> str:
        """SHA-256 over names, shapes and bytes of all tensors of the metric, hexadecimal."""
        hasher = hashlib.sha256()
        for name, tensor in sorted(self._metric.state_dict().items()):
            hasher.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
            hasher.update(tensor.cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
        return hasher.hexdigest()

    def _evaluate(self, tensors: list[Tensor]) -> float:
        try:
            with _fixed_randomness(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return float(self._metric(*tensors))
        # Any metric of pyiqa may fail in its own way on an image that it is not made for.
        except Exception as error:
            raise DataError(f"{self.use.name}: {type(error).__name__}: {error}") from error


def create_metric(name: str, device: torch.device, **options: Any) -> nn.Module:
    """Builds a metric of pyiqa, silently; options are those of `pyiqa.create_metric`.

    Returns:
        The metric: called with images in [0, 1] it gives one value each.

    Raises:
        WeightsError: when it cannot be built; names the file that could not be downloaded.
    """
    said = io.StringIO()
    try:
        with (
            _bounded_network(),
            _fixed_randomness(),
            warnings.catch_warnings(),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
        ):
            warnings.simplefilter("ignore")
            import pyiqa

            metric: nn.Module = pyiqa.create_metric(name, device=device, **options)
    # Downloads, archives and optional packages all fail with errors of their own.
    except Exception as error:
        raise UnavailableWeightsError(_explain(name, error, said.getvalue())) from error
    return metric


def double_device(device: str | torch.device) -> torch.device:
    """The device itself, or the CPU for one that has no float64 (Apple's MPS)."""
    asked = torch.device(device)
    return torch.device("cpu") if asked.type == "mps" else asked


def _explain(name: str, error: Exception, said: str) -> str:
    """Words the failure of a metric; the last announced download is the one that failed."""
    reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    downloads = list(_DOWNLOAD.finditer(said))
    if not downloads:
        return (
            f"metric {name}: pyiqa cannot build it here ({reason}); mend that, or leave {name} "
            "out of --metrics"
        )
    url, path = downloads[-1]["url"], downloads[-1]["path"]
    return (
        f"metric {name}: its weights could not be downloaded ({reason}); put {url} at {path}, or "
        f"leave {name} out of --metrics"
    )


@contextlib.contextmanager
def _bounded_network() -> Iterator[None]:
    """Keeps a download from waiting for ever, and forbids all where the user does.

    The libraries below pyiqa download in several ways; all of them look up a host's name.
    """
    timeout, look_up = socket.getdefaulttimeout(), socket.getaddrinfo
    socket.setdefaulttimeout(STALL_SECONDS)
    if is_offline():
        socket.getaddrinfo = _refuse
    try:
        yield
    finally:
        socket.setdefaulttimeout(timeout)
        socket.getaddrinfo = look_up


def _refuse(*_: object, **__: object) -> NoReturn:
    raise OSError(f"{OFFLINE_VARIABLE} forbids the network")


@contextlib.contextmanager
def _fixed_randomness() -> Iterator[None]:
    """Makes metrics that draw random crops repeatable; leaves the caller's random state alone."""
    before = np.random.get_state()  # pyiqa draws from the legacy state
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        np.random.seed(0)
        try:
            yield
        finally:
            np.random.set_state(before)
