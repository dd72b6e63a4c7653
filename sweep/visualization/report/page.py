"""Renders the page: one HTML file with its data, scripts, styles and images inside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from srgan_core.files import write_atomically
from srgan_core.wording import counted
from sweep.store.folder import SweepStore
from sweep.visualization.report.collect import PageTables, collect, dataset_images, read_page_tables
from sweep.visualization.report.pictures import Packed, Picture, find_pictures, pack_pictures
from sweep.visualization.report.values import plain_tree

REPORT = "report.html"
MOST_IMAGES = 20
"""Images of a test set that a page holds unless told otherwise."""

SCRIPTS = (
    "dom.js",
    "model.js",
    "pixels.js",
    "scales.js",
    "tooltip.js",
    "marks.js",
    "chart_text.js",
    "layers.js",
    "points.js",
    "legend.js",
    "chart.js",
    "pane.js",
    "sources.js",
    "viewer.js",
    "slider.js",
    "filter.js",
    "table.js",
    "convergence.js",
    "curves.js",
    "about.js",
    "live.js",
    "main.js",
)
"""Scripts in the order in which they are joined; each uses names of those before it."""


Advance = Callable[[str], None]
Progress = Callable[[str, int], AbstractContextManager[Advance]]


@dataclass(frozen=True)
class Report:
    """The page that was written, its bytes, how many images it has, and what was left out."""

    path: Path
    size: int
    images: int
    notes: tuple[str, ...]


def write_report(
    store: SweepStore,
    target: Path,
    *,
    most_images: int = MOST_IMAGES,
    progress: Progress | None = None,
) -> Report:
    """Writes the page of a results folder.

    Args:
        store: The folder.
        target: File to write or replace.
        most_images: Images per test set inside the page; 0 leaves all images out.
        progress: Opens a display for a title and a number of images, and gives the function to
            call with each image's name.

    Raises:
        StoreError: when the tables are missing or damaged.
    """
    tables = read_page_tables(store.root)
    document = collect(store, tables)
    pictures, notes = choose_pictures(store, tables, most_images)
    show = progress or _no_progress
    packed: dict[str, Packed] = {}
    with show("packing images", len(pictures)) as advance:
        for picture, result in pack_pictures(pictures):
            advance(picture.key)
            if isinstance(result, str):
                notes.append(result)
            else:
                packed[picture.key] = result
    document["notes"] = [*document["notes"], *notes]
    document["pictures"] = {key: [p.mime, p.width, p.height] for key, p in packed.items()}
    page = render_page(document, packed).encode()
    write_atomically(target, page)
    return Report(target, len(page), len(packed), tuple(document["notes"]))


def choose_pictures(
    store: SweepStore, tables: PageTables, most_images: int
) -> tuple[list[Picture], list[str]]:
    """Finds the image files of the first images of each test set, and says what is left out."""
    images = dataset_images(tables)
    notes = [
        f"{dataset}: this page holds the first {most_images} of {counted(len(listed), 'image')}"
        for dataset, listed in images.items()
        if len(listed) > most_images
    ]
    results = tables.results
    sources = {
        dataset: [
            (str(trial), str(method))
            for trial, method in results.loc[
                results["dataset"] == dataset, ["trial", "method"]
            ].itertuples(index=False, name=None)
        ]
        for dataset in images
    }
    chosen = {dataset: listed[:most_images] for dataset, listed in images.items()}
    found, missing = find_pictures(store, chosen, sources)
    return found, notes + missing


def render_page(
    document: dict[str, Any], packed: dict[str, Packed] | None = None, *, live: bool = False
) -> str:
    """Renders the page, which holds its own images unless it is live and may fetch them.

    Its policy admits its own script and style alone, and no network unless live.
    """
    from jinja2 import Environment, FunctionLoader, select_autoescape

    environment = Environment(
        loader=FunctionLoader(asset),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script, style = bundle(), asset("page.css")
    return environment.get_template("page.html").render(
        title=document["title"],
        document=plain_tree(document | {"live": live}),
        packed=packed or {},
        policy=policy(script, style, live=live),
        script=_inside(script),
        style=_inside(style),
    )


def policy(script: str, style: str, *, live: bool) -> str:
    """Words the Content-Security-Policy: the page's own script and style by hash, nothing else.

    Only a live page may fetch, from where it came.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src blob:",
            "connect-src 'self'" if live else "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


@cache
def bundle() -> str:
    """Joins the scripts into one that leaves no name behind."""
    joined = "\n".join(asset(name) for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{joined}\n}})();\n'


@cache
def asset(name: str) -> str:
    """Reads a file of sweep/visualization/report/assets."""
    return (files("sweep.visualization.report") / "assets" / name).read_text(encoding="utf-8")


def _no_progress(title: str, total: int) -> AbstractContextManager[Advance]:
    return nullcontext(lambda name: None)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _inside(text: str) -> Any:
    """Marks a text of this package as HTML; it must not end its own element."""
    from markupsafe import Markup

    if "</" in text:
        raise ValueError("an asset holds '</', which would end its element")
    return Markup(text)
