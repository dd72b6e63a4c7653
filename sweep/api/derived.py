"""What comes before tables are read: a run that was killed has not written them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sweep.errors import StoreError


def bring_tables(folder: Path, tell: Callable[[str], None]) -> None:
    """Makes the tables of a results folder from its records where they are missing or old.

    Args:
        folder: The results folder.
        tell: Called with a note for the user where it does.

    Raises:
        StoreError: when they are missing and cannot be made.
    """
    from sweep.tables.files import RESULTS, lacks_tables

    if not lacks_tables(folder):
        return
    from sweep.publishing import publish_tables
    from sweep.store.folder import SweepStore

    try:
        publish_tables(SweepStore(folder))
    except (StoreError, OSError) as error:
        if not (folder / RESULTS).is_file():
            raise
        tell(f"note: the tables are older than the records: {error}")
    else:
        tell(f"note: {folder}: its run has not ended well; the tables are made from its records")
