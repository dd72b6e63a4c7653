from __future__ import annotations

import dataclasses
import math
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from srgan_core.data.images import write_png
from srgan_core.errors import ConfigError, DataError, MissingDependencyError
from sweep.metrics import plugins
from sweep.metrics.declaration import Metric
from sweep.metrics.plugins import find_plugin
from sweep.metrics.registry import columns_for, find_metric
from sweep.scoring import availability
from sweep.scoring.evaluate import Scorer
from sweep.scoring.provenance import metric_records


def load(device: str, crop_border: int):
    def measure(sr, hr, image):
        if image == "unknown":
            raise DataError("its level is not known")
        if image == "surprise":
            raise KeyError("nobody foresaw it")
        return abs(float(sr.mean()) - float(hr.mean()))

    return measure


def refuse(device: str, crop_border: int):
    raise MissingDependencyError("metric 'level': expected a level, found none")


PLUGIN = Metric(
    column="mean_level",
    group="level",
    label="Mean level",
    kind="distortion",
    reference="full",
    higher_is_better=False,
    unit="levels",
    value_range="0 to 255, 0 for equal means",
    channel="RGB",
    border="none",
    quantisation="8-bit",
    source="this test",
    libraries=("numpy",),
    load=load,
    versions=lambda: {"leveller": "2.0"},
)
UNREADY = dataclasses.replace(PLUGIN, load=refuse)
WRONG_NAME = dataclasses.replace(PLUGIN, group="other")
NO_PLUGIN = 3


@pytest.fixture
def install(monkeypatch):
    """Installs one of this module's plug-ins as `level`."""
    caches = (plugins.plugin_entries, plugins.find_plugin, plugins._load)

    def put(attribute: str) -> None:
        entry = EntryPoint("level", f"plugin_module:{attribute}", plugins.ENTRY_POINTS)
        monkeypatch.setattr(plugins, "entry_points", lambda group: [entry])
        for cached in caches:
            cached.cache_clear()

    import sys

    monkeypatch.setitem(sys.modules, "plugin_module", sys.modules[__name__])
    yield put
    for cached in caches:
        cached.cache_clear()


@pytest.fixture
def pair(tmp_path):
    for name, level in (("a", 10), ("unknown", 10), ("hr", 14)):
        write_png(tmp_path / f"{name}.png", np.full((8, 8, 3), level, np.uint8))
    return tmp_path


def test_a_plug_in_is_asked_for_by_its_name_and_scored(install, pair):
    install("PLUGIN")
    assert columns_for(["psnr", "level"]) == ("psnr_y", "psnr_rgb", "mean_level")
    assert find_metric("mean_level").describe() == PLUGIN.describe()
    scorer = Scorer(["mean_level", "psnr_rgb"], scale=1)
    scores = scorer.score(pair / "a.png", pair / "hr.png")
    assert list(scores) == ["psnr_rgb", "mean_level"]
    assert scores["mean_level"] == 4
    assert "mean_level" not in scorer.score(pair / "a.png")


def test_an_image_without_a_score_is_nan_and_said(install, pair):
    install("PLUGIN")
    scorer = Scorer(["mean_level"], scale=1)
    assert math.isnan(scorer.score(pair / "unknown.png", pair / "hr.png")["mean_level"])
    assert scorer.warnings == ["unknown.png: no Mean level: its level is not known"]


def test_an_error_that_a_plug_in_did_not_foresee_costs_one_score(install, pair):
    install("PLUGIN")
    (pair / "surprise.png").write_bytes((pair / "a.png").read_bytes())
    scorer = Scorer(["psnr_y", "mean_level"], scale=1)
    scores = scorer.score(pair / "surprise.png", pair / "hr.png")
    assert math.isfinite(scores["psnr_y"])
    assert math.isnan(scores["mean_level"])
    assert "KeyError: 'nobody foresaw it'" in scorer.warnings[0]


def test_its_programs_stand_in_the_provenance(install):
    install("PLUGIN")
    (record,) = metric_records(["mean_level"])
    assert record["libraries"]["leveller"] == "2.0"
    assert record["libraries"]["numpy"]


def test_what_it_lacks_is_said_before_anything_is_trained(install):
    install("UNREADY")
    (statement,) = availability.describe_availability(["mean_level"])
    assert (statement.ready, statement.note) == (
        False,
        "metric 'level': expected a level, found none",
    )
    with pytest.raises(MissingDependencyError, match="expected a level"):
        availability.require_metrics(["mean_level"])


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ("WRONG_NAME", "expected the group 'level'"),
        ("NO_PLUGIN", "expected a Metric, got int"),
        ("absent", "cannot be imported"),
    ],
)
def test_a_plug_in_that_keeps_no_rules_is_refused_by_name(install, attribute, message):
    install(attribute)
    with pytest.raises(ConfigError, match=r"metric plug-in 'level' \(plugin_module"):
        columns_for(["level"])
    with pytest.raises(ConfigError, match=message):
        columns_for(["level"])


def test_usual_metrics_import_no_plug_in(install):
    install("absent")
    assert columns_for(["psnr", "ssim"]) == ("psnr_y", "ssim_y", "psnr_rgb")
    assert find_metric("niqe").group == "niqe"


def test_the_error_for_an_unknown_name_lists_plug_ins(install):
    install("PLUGIN")
    with pytest.raises(ConfigError, match="did you mean 'level'"):
        columns_for(["levl"])


def test_the_package_brings_ocr():
    assert find_plugin("ocr").column == "ocr_cer"
    assert find_plugin("ocr_cer") is find_plugin("ocr")
