from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import sweep
import sweep.api
from srgan_core.data.images import write_png
from srgan_core.errors import ConfigError
from sweep import Sweep
from sweep.errors import StoreError


@pytest.fixture
def folder(store, usual):
    return store(usual.rows())


def put_images(folder, dataset, image):
    pixels = np.zeros((4, 6, 3), np.uint8)
    for place in ("reference/{}/hr", "reference/{}/bicubic", "trials/mse-adv1-s0-aa/images/{}"):
        write_png(folder / place.format(dataset) / f"{image}.png", pixels)


def first_image(loaded):
    row = loaded.per_image.iloc[0]
    return row["dataset"], row["image"]


@pytest.mark.parametrize("package", [sweep, sweep.api])
def test_public_names_are_complete_and_sorted(package):
    assert package.__all__ == sorted(package.__all__)
    assert all(hasattr(package, name) for name in package.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = package.nothing


def test_tables_are_frames(folder):
    loaded = Sweep.load(str(folder))
    assert {"trial", "psnr_y"} <= set(loaded.results.columns)
    assert "image" in loaded.per_image.columns
    assert "seeds" in loaded.summary.columns
    assert loaded.datasets[0] in set(loaded.results["dataset"])
    assert str(folder) in repr(loaded)


def test_the_chart_of_a_test_set_that_is_not_there_is_refused(folder):
    with pytest.raises(ConfigError, match="test set"):
        Sweep.load(folder).plot("set99")


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(StoreError, match="sweep run"):
        Sweep.load(tmp_path)


def test_images_are_found_by_name_and_beginning(folder):
    loaded = Sweep.load(folder)
    dataset, image = first_image(loaded)
    put_images(folder, dataset, image)
    assert list(loaded.images(image)) == ["original", "bicubic", "mse-adv1-s0-aa"]
    gallery = loaded.images(image, trials=["mse-adv1", "original"])
    assert list(gallery) == ["mse-adv1-s0-aa", "original"]
    assert gallery["original"].shape == (4, 6, 3)
    assert gallery._repr_html_().count("<img ") == 2


@pytest.mark.parametrize(
    ("image", "trials", "message"),
    [(None, ["nobody"], "trial 'nobody'"), ("../x", None, "image"), (None, ["lr"], "no such")],
)
def test_unknown_images_and_trials_are_refused(folder, image, trials, message):
    loaded = Sweep.load(folder)
    dataset, known = first_image(loaded)
    put_images(folder, dataset, known)
    with pytest.raises((ConfigError, StoreError), match=message):
        loaded.images(image or known, trials=trials)


def test_names_are_escaped(folder):
    loaded = Sweep.load(folder)
    dataset, image = first_image(loaded)
    put_images(folder, dataset, image)
    hostile = "<script>alert(1)<"
    (folder / "trials" / "mse-adv1-s0-aa").rename(folder / "trials" / hostile)
    page = loaded.images(image)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    (folder / "results.csv").write_text(
        (folder / "results.csv").read_text().replace("mse", "<script>")
    )
    page = Sweep.load(folder)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_notebook_that_reads_tables_loads_no_torch(folder):
    script = (
        "import sys; from sweep import Sweep; "
        f"s = Sweep.load({str(folder)!r}); s._repr_html_(); s.plot(); "
        "sys.exit('torch is loaded' if 'torch' in sys.modules else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_numbers_stand_as_in_the_printed_table(store, usual):
    folder = store(replace(usual, values={1e-5: (29.1, 0.2, 8.5)}).rows())
    page = Sweep.load(folder)._repr_html_()
    assert "<td>0.00001</td>" in page
    assert "<td>8.210</td>" in page
    assert "NaN" not in page
