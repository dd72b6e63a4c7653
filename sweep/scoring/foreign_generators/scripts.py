"""Runs anyone's TorchScript program as a network from [0, 1] to [0, 1].

In which range a program takes and gives pixels stands nowhere in it. It is stated by whoever
scores it, and tried on a picture of smooth colours, black to white: what a program makes of that
shows the range, whatever the brightness of the test images.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from srgan_core.errors import ShapeError, WeightsError
from sweep.scoring.foreign_generators.running import distance, image_among, probe_picture

if TYPE_CHECKING:
    from torch import Tensor

Range = tuple[float, float]

RANGES: Mapping[str, Range] = MappingProxyType(
    {"0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0), "0..255": (0.0, 255.0)}
)
"""Ranges in which a program may take and give pixels, black and white."""

FAR = 0.15
"""Distance between a picture and what a program makes of it in the stated ranges, of the whole
range, from which others are tried; a working generator stays below 0.02, and the nearest other
range is 0.25 away."""

MULTIPLES = (1, 8, 16, 32, 64)
"""Of which programs may want height and width; images are made larger to the first that works."""

SCRIPT_RISK = (
    "a TorchScript file is a program, and it runs with your rights; score only one whose maker "
    "you trust"
)


class Script:
    """A TorchScript program, its ranges and its scale.

    Args:
        path: The file.
        scale: The magnification that it must have.
        device: Where to put it.
        taken: Key of `RANGES` in which it takes pixels.
        given: The same for what it gives.

    Raises:
        WeightsError: when the file is damaged.
        ShapeError: when it takes or gives pixels in other ranges.
    """

    def __init__(self, path: Path, scale: int, device: str, taken: str, given: str) -> None:
        self.scale = scale
        self.taken, self.given = taken, given
        self._program = _load(path, device)
        self._multiple = MULTIPLES[0]
        weights = [weight for weight in self._program.parameters() if weight.is_floating_point()]
        self.parameters = sum(weight.numel() for weight in weights)
        self._half = weights[0].dtype if weights and weights[0].element_size() == 2 else None
        self._refuse_other_range(device)

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the program's numbers the user should know."""
        kind = str(self._half).removeprefix("torch.")
        return (f"its weights are {kind}, and it computes with them",) if self._half else ()

    def __call__(self, pixels: Tensor) -> Tensor:
        """Maps (1, 3, H, W) in [0, 1] to (1, 3, scale H, scale W) in [0, 1], both float32."""
        return _unit(self._run(pixels, self.taken), self.given)

    def _run(self, pixels: Tensor, taken: str) -> Tensor:
        """Gives what the program gives, of an image that is made larger where it has to be."""
        first: Exception | None = None
        for multiple in (m for m in MULTIPLES if m >= self._multiple):
            padded = _padded(pixels, multiple)
            if first is not None and padded.shape == pixels.shape:
                continue
            try:
                output = self._called(self._asked(padded, taken))
                image = image_among(output, padded, self.scale)
            except (RuntimeError, ShapeError) as error:
                first = first or error
                continue
            self._multiple = multiple
            height, width = (side * self.scale for side in pixels.shape[2:])
            return image[:, :, :height, :width]
        assert first is not None
        raise first

    def _called(self, pixels: Tensor) -> object:
        import torch

        try:
            return self._program(pixels)
        # What a program itself raises; PyTorch's own errors are RuntimeErrors.
        except torch.jit.Error as error:
            raise RuntimeError(str(error)) from None

    def _asked(self, pixels: Tensor, taken: str) -> Tensor:
        black, white = RANGES[taken]
        ranged = black + pixels * (white - black)
        return ranged if self._half is None else ranged.to(self._half)

    def _refuse_other_range(self, device: str) -> None:
        """Pixels in another range than stated would be scored as a broken image."""
        import torch

        with torch.inference_mode():
            stated = self._distances(probe_picture(device), self.taken)
            if stated.get(self.given, 0.0) < FAR:
                return
            found = {(self.taken, given): far for given, far in stated.items()}
            for taken in RANGES:
                others = self._distances(probe_picture(device), taken)
                found |= {(taken, given): far for given, far in others.items()}
        # Of those that fit alike, whichever keeps most of what was stated.
        best = min(found, key=lambda ranges: (round(found[ranges], 1), self._changed(ranges)))
        if found[best] < FAR:
            raise ShapeError(
                f"the generator: expected pixels in {self.taken} taken and {self.given} given, "
                f"got what fits {best[0]} and {best[1]}; give --input-range={best[0]} "
                f"--output-range={best[1]}"
            )

    def _changed(self, ranges: tuple[str, str]) -> int:
        return (ranges[0] != self.taken) + (ranges[1] != self.given)

    def _distances(self, probe: Tensor, taken: str) -> dict[str, float]:
        """Range of the output to how far it is from the input then; empty when it fails."""
        try:
            output = self._run(probe, taken)
        except (RuntimeError, ShapeError):
            return {}
        return {given: distance(_unit(output, given), probe, self.scale) for given in RANGES}


def _load(path: Path, device: str) -> Any:
    import torch

    try:
        with warnings.catch_warnings():
            # Deprecated in favour of torch.export, which cannot read these files.
            warnings.simplefilter("ignore", FutureWarning)
            return torch.jit.load(path, map_location=device).eval()
    except (RuntimeError, ValueError) as error:
        raise WeightsError(
            f"{path}: not a whole TorchScript file ({str(error).splitlines()[0]}); "
            "save it again with torch.jit.save"
        ) from None


def _unit(output: Tensor, given: str) -> Tensor:
    low, high = RANGES[given]
    return (output.float() - low) / (high - low)


def _padded(pixels: Tensor, multiple: int) -> Tensor:
    """Repeats the last pixels at right and bottom until both sides are multiples."""
    from torch.nn import functional

    down, across = (-side % multiple for side in pixels.shape[2:])
    return functional.pad(pixels, (0, across, 0, down), mode="replicate")
