import numpy as np
import pytest

from srgan_core.data.images import write_png
from srgan_core.errors import ConfigError
from sweep import Sweep
from sweep.api.shown import Chart, Gallery


def test_a_chart_is_shown_and_saved(store, usual, tmp_path):
    chart = Sweep.load(store(usual.rows())).plot()
    assert chart._repr_png_().startswith(b"\x89PNG")
    assert chart.save(tmp_path / "c.svg").read_bytes() == chart.svg


def test_a_file_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"\.png or \.svg"):
        Chart(b"", b"").save(tmp_path / "c.gif")


def test_a_gallery_maps_names_to_pixels(tmp_path):
    write_png(tmp_path / "a.png", np.zeros((4, 6, 3), np.uint8))
    gallery = Gallery("<set5>", {"<b>": tmp_path / "a.png"})
    assert (list(gallery), gallery["<b>"].shape) == (["<b>"], (4, 6, 3))
    assert "<b>" not in gallery._repr_html_()
    with pytest.raises(KeyError):
        _ = gallery["c"]
