"""The text in the images of the test set `text-lines`, by which reading is scored."""

from __future__ import annotations

from types import MappingProxyType

TEXT_LINES = "text-lines"
"""Name of the test set."""

FONTS = MappingProxyType(
    {
        "sans": "DejaVuSans.ttf",
        "serif": "DejaVuSerif.ttf",
        "mono": "DejaVuSansMono.ttf",
        "times": "STIXGeneral.ttf",
    }
)
"""Part of an image's name to a font inside the installed matplotlib."""

SIZES = (16, 20, 24)
"""Heights of an em in HR pixels: 4, 5 and 6 px in an image that was shrunk four times.

Tesseract reads the HR images almost without error, and bicubic enlargements of these between
most characters and hardly half of them; larger ones it reads in any case.
"""

LINES_PER_IMAGE = 3

_TEXT = """\
A quick brown fox jumps
over the lazy dog at noon
on the 27th of October.
Parcel 4096 was weighed,
sealed and sent to Bergen
for 18.50 on a Thursday.
The valve opens below
60 degrees and closes at
75; do not force it.
Mix flour, two eggs and
a cup of milk, then wait
for twenty minutes.
Platform 9 is reached by
the stairs behind the old
ticket office, not here.
Visitors must show a pass
and leave every bag with
the guard at gate 3.
Her letter of 1931 names
six villages, a bridge and
the mill by the river.
In case of fire break the
glass, pull the handle and
walk to the nearest exit.
Water the ferns daily, the
cactus once in 14 days and
the oleander when dry.
Our offer ends on May 31;
orders above 200 are free
of any further charge.
Turn left after the chapel
and follow the gravel road
for about 650 metres.
Bolt M8 replaces bolt M6
in all units built before
the year 2008, page 112.
"""


def image_texts() -> dict[str, str]:
    """Name of each image (`sans-16`) to its lines, in the order of the test set."""
    lines = _TEXT.splitlines()
    names = [f"{font}-{size}" for font in FONTS for size in SIZES]
    starts = range(0, len(lines), LINES_PER_IMAGE)
    blocks = ["\n".join(lines[start : start + LINES_PER_IMAGE]) for start in starts]
    return dict(zip(names, blocks, strict=True))


def known_text(image: str) -> str | None:
    """What stands in the image of a name; None for an image of another test set."""
    return image_texts().get(image)
