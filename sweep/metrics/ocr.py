"""The character error rate of Tesseract on known text: does super-resolution help reading?"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from srgan_core.errors import DataError, MissingDependencyError
from srgan_core.installing import install_extra
from sweep.metrics.declaration import WHOLE_IMAGE, Measure, Metric
from sweep.metrics.known_text import TEXT_LINES, known_text

if TYPE_CHECKING:
    from sweep.metrics.inputs import Rgb

PROGRAM = "tesseract"

ARGUMENTS = ("stdin", "stdout", "-l", "eng", "--psm", "6", "--dpi", "300")
"""Page segmentation 6: one uniform block of text."""

TIME_LIMIT_SECONDS = 120


def character_error_rate(read: str, known: str) -> float:
    """Edits per character of the known text, 0 when all of it was read; blanks count as one."""
    from rapidfuzz.distance import Levenshtein

    got, expected = " ".join(read.split()), " ".join(known.split())
    return float(Levenshtein.distance(got, expected)) / len(expected)


class Reading:
    """Reads images with Tesseract, each in one process of it.

    Raises:
        MissingDependencyError: when Tesseract or rapidfuzz is not installed.
    """

    def __init__(self) -> None:
        if find_spec("rapidfuzz") is None:
            raise MissingDependencyError(
                f"metric 'ocr': expected the package rapidfuzz, found none; {install_extra('ocr')}"
            )
        program = shutil.which(PROGRAM)
        if program is None:
            raise MissingDependencyError(
                "metric 'ocr': expected the program tesseract, found none; install it, "
                "on Debian with: apt-get install tesseract-ocr"
            )
        self._program = program

    def __call__(self, sr: Rgb, hr: Rgb | None, image: str) -> float:
        """Character error rate of a restored image of the test set `text-lines`, known by its name.

        Raises:
            DataError: when the text of the image is not known, or Tesseract fails.
        """
        known = known_text(image)
        if known is None:
            raise DataError(
                f"its text is not known; this metric reads images of {TEXT_LINES} alone"
            )
        return character_error_rate(self.read(sr), known)

    def read(self, image: Rgb) -> str:
        """What Tesseract reads in an image, (H, W, 3), uint8.

        Raises:
            DataError: when Tesseract fails.
        """
        from PIL import Image

        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, "PNG")
        try:
            done = subprocess.run(
                [self._program, *ARGUMENTS],
                input=buffer.getvalue(),
                capture_output=True,
                check=True,
                timeout=TIME_LIMIT_SECONDS,
                # Its own threads make small images slower and share the cores with other trials.
                env=os.environ | {"OMP_THREAD_LIMIT": "1"},
            )
        except subprocess.CalledProcessError as error:
            reason = error.stderr.decode(errors="replace").strip().splitlines()[:1]
            raise DataError(f"tesseract failed: {' '.join(reason)}") from None
        except subprocess.TimeoutExpired:
            raise DataError(f"tesseract took over {TIME_LIMIT_SECONDS} s") from None
        return done.stdout.decode(errors="replace")


def tesseract_version() -> Mapping[str, str | None]:
    """The version that decides about the values; None where there is none."""
    program = shutil.which(PROGRAM)
    if program is None:
        return {PROGRAM: None}
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"tesseract\s+v?(\S+)", done.stdout + done.stderr)
    return {PROGRAM: found.group(1) if found else None}


def _load(device: str, crop_border: int) -> Measure:
    return Reading()


plugin = Metric(
    column="ocr_cer",
    group="ocr",
    label="OCR error rate",
    kind="distortion",
    reference="none",
    higher_is_better=False,
    value_range="0 to about 1, 0 when every character is read; above 1 for added text",
    channel="RGB",
    border=WHOLE_IMAGE,
    source=f"Levenshtein distance between what Tesseract reads ({' '.join(ARGUMENTS[2:])}) and the "
    "known text, over the length of the known text; runs of white space count as one space",
    libraries=("rapidfuzz",),
    load=_load,
    versions=tesseract_version,
)
