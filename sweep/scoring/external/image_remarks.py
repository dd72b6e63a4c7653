"""What is worth saying about image files before they are scored, from their headers alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sweep.scoring.external.pairing import Pair, first_names

LOSSY = ("JPEG", "WEBP")
"""Formats whose files usually hold compression artefacts; they are scored as they are."""

GREY_MODES = ("1", "L", "LA", "I;16")


def remarks_on(pairs: Sequence[Pair]) -> list[str]:
    """Says which files are lossy and which images are grey beside a coloured reference.

    Files that cannot be read are passed over: scoring names them.
    """
    remarks = []
    sides = {"restored images": [p.sr for p in pairs], "references": [p.hr for p in pairs if p.hr]}
    for side, paths in sides.items():
        lossy = [path.name for path in paths if _header(path)[0] in LOSSY]
        if lossy:
            remarks.append(
                f"{len(lossy)} of {len(paths)} {side} are JPEG or WebP ({first_names(lossy)}): "
                "their compression counts in the scores; save PNG to score the method alone"
            )
    grey = [pair.sr.name for pair in pairs if pair.hr and _is_grey(pair.sr, pair.hr)]
    if grey:
        remarks.append(
            f"{len(grey)} restored images are grey where the reference has colour "
            f"({first_names(grey)}): they are scored as three equal channels"
        )
    return remarks


def _is_grey(sr: Path, hr: Path) -> bool:
    return _header(sr)[1] in GREY_MODES and _header(hr)[1] in ("RGB", "RGBA", "P")


def _header(path: Path) -> tuple[str, str]:
    """Format and mode of an image file; empty where it cannot be read."""
    from PIL import Image

    from srgan_core.data.images import FORMATS

    try:
        with Image.open(path, formats=FORMATS) as image:
            return image.format or "", image.mode
    except Exception:  # Damaged headers raise nearly anything; scoring words the message.
        return "", ""
