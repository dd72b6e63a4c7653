"""What is worth saying about image files before they are scored, from their headers alone."""

from __future__ import annotations

from collections.abc import Sequence

from srgan_core.data.headers import Header, read_header
from srgan_core.data.pairing import Pair
from srgan_core.wording import counted, first_names

GREY_MODES = ("1", "L", "LA", "I;16")


_RULES = {
    "is_lossy": "{share} are compressed with loss ({names}): the compression counts in the scores; "
    "save PNG to score the method alone",
    "is_turned": "{share} are turned upright as their EXIF orientation says ({names})",
    "is_sequence": "{share} hold several images ({names}): the first of each is scored",
}
"""What a header says, and the words for it."""


def remarks_on(pairs: Sequence[Pair]) -> list[str]:
    """Says which files are lossy, hold several images or are turned, and which are grey.

    An image is called grey beside a coloured reference alone. Files that cannot be read are passed
    over: scoring names them.
    """
    remarks = []
    sides = {"restored images": [p.sr for p in pairs], "references": [p.hr for p in pairs if p.hr]}
    headers = {path: read_header(path) for paths in sides.values() for path in paths}
    for side, paths in sides.items():
        for rule, words in _RULES.items():
            found = [path.name for path in paths if getattr(headers[path], rule)]
            if found:
                share = f"{len(found)} of {len(paths)} {side}"
                remarks.append(words.format(share=share, names=first_names(found)))
    grey = [p.sr.name for p in pairs if p.hr and _is_grey(headers[p.sr], headers[p.hr])]
    if grey:
        remarks.append(
            f"{counted(len(grey), 'restored image')} grey where the reference has colour "
            f"({first_names(grey)}): scored as three equal channels"
        )
    return remarks


def _is_grey(sr: Header, hr: Header) -> bool:
    return sr.mode in GREY_MODES and hr.mode in ("RGB", "RGBA", "P")
