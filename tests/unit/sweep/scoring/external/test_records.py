import json
import math

import pytest

from srgan_core.errors import ConfigError
from sweep.errors import StoreError
from sweep.scoring.external.records import (
    ExternalScores,
    check_method_name,
    read_external,
    refuse_other_protocol,
    write_external,
)
from sweep.store.folder import SweepStore


@pytest.fixture
def results(tmp_path):
    return SweepStore(tmp_path)


def entry(method="MyNet", dataset="set5", value=30.0):
    return ExternalScores(method, dataset, {"baby": {"psnr_y": value}}, {"sr_folder": "my"})


def test_what_was_written_is_read_back(results):
    for written in (entry(), entry(dataset="set14", value=math.inf)):
        write_external(results, written)
    assert read_external(results) == [entry(), entry(dataset="set14", value=math.inf)]


def test_a_value_that_is_missing_stays_missing(results):
    write_external(results, entry(value=math.nan))
    assert math.isnan(read_external(results)[0].scores["baby"]["psnr_y"])


def test_scoring_again_replaces_and_methods_come_by_name(results):
    for written in (entry("b"), entry("a"), entry("b", value=31.0)):
        write_external(results, written)
    assert read_external(results) == [entry("a"), entry("b", value=31.0)]


def test_a_sweep_without_external_images_has_none(results):
    assert read_external(results) == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "is damaged; delete its folder and score the images again"),
        ("[]", "is damaged"),
        ('{"schema": 9, "datasets": {}}', "expected schema 1, got 9"),
        ('{"schema": 1}', r"is damaged; .* \(datasets: "),
        ('{"schema": 1, "datasets": {"a": {"scores": 1}}}', r"datasets\.a\.scores: "),
    ],
)
def test_a_damaged_record_is_named(results, content, complaint):
    path = write_external(results, entry())
    path.write_text(content)
    with pytest.raises(StoreError, match=rf"external/MyNet/scores\.json: .*{complaint}"):
        read_external(results)


def test_the_record_is_strict_json(results):
    path = write_external(results, entry(value=math.inf))
    assert json.loads(path.read_text(), parse_constant=pytest.fail)["schema"] == 1


@pytest.mark.parametrize(
    "name", ["bicubic", "SRGAN", "original", "srresnet-s0", "", "../up", "a/b", ".hidden", "x" * 65]
)
def test_a_name_that_would_be_mistaken_is_refused(name):
    with pytest.raises(ConfigError, match="--name"):
        check_method_name(name)


@pytest.mark.parametrize("name", ["MyNet", "ESRGAN+ x4", "net_1.2"])
def test_an_ordinary_name_is_taken(name):
    assert check_method_name(name) == name


def test_the_protocol_is_the_sweeps():
    refuse_other_protocol(4, None, None)
    refuse_other_protocol(4, 4, 4)
    with pytest.raises(ConfigError, match="--crop-border: expected the sweep's 4, got 0"):
        refuse_other_protocol(4, None, 0)


def test_a_damaged_method_keeps_no_other_from_being_written(results):
    results.external("Theirs").parent.mkdir(parents=True)
    results.external("Theirs").write_text("{")
    write_external(results, entry())
    assert results.read_external_method("MyNet") is not None
