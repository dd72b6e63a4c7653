"""What the two sides of a comparison may be called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from srgan_core.errors import ConfigError
from sweep.store.folder import GENERATOR_PARENTS


@dataclass(frozen=True)
class Operand:
    """One side of a comparison: a trial, method, grid point or curve of a results folder.

    Without a name it is the whole sweep. What the name stands for, the folder's tables tell.
    """

    folder: Path
    name: str = ""

    def __str__(self) -> str:
        """As it may be typed again."""
        return f"{self.folder}:{self.name}" if self.name else str(self.folder)


def parse_operand(text: str, default: Path) -> Operand:
    """Reads one side of a comparison.

    A folder that exists is taken as such, so that a colon in its name does no harm; anything
    else is split at its last colon.

    Args:
        text: `DIR/trials/NAME` or `DIR:NAME`, NAME a trial, a method such as `bicubic`, a grid
            point such as `mse@0.001`, or a curve such as `mse` or `interpolation`; or `DIR` for a
            whole sweep.
        default: Results folder that `:NAME` refers to.

    Returns:
        The operand; whether its folder holds the name is not checked.

    Raises:
        ConfigError: when the text is none of these.
    """
    path = Path(text)
    if text and path.is_dir():
        whole = path.resolve()
        if whole.parent.name in GENERATOR_PARENTS:
            folder = path.parent.parent if path.name == whole.name else whole.parent.parent
            return Operand(folder, whole.name)
        return Operand(path)
    folder_text, colon, name = text.rpartition(":")
    if not colon or not name:
        raise ConfigError(
            f"{text!r}: expected a results folder, a trial's folder or DIR:NAME with a trial, a "
            "method, CONTENT@LAMBDA or CONTENT as NAME, got neither; `sweep compare --help` has "
            "examples"
        )
    return Operand(Path(folder_text) if folder_text else default, name)
