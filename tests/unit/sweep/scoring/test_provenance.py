import json

import pytest

from sweep.metrics.registry import METRICS
from sweep.scoring.provenance import metric_records, metrics_document


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("SWEEP_OFFLINE", "1")


def test_every_column_says_which_libraries_compute_it():
    for record in metric_records(tuple(METRICS)):
        assert record["libraries"]
        assert all(record["libraries"].values())


def test_a_record_holds_every_field_of_the_spec():
    libraries = {"lpips_alex": ["lpips", "torch"], "niqe": ["torch"], "pi": ["pyiqa", "torch"]}
    for record in metric_records(list(libraries)):
        column = record["column"]
        looked_up = ("libraries", "weights")
        fields = {k: v for k, v in METRICS[column].describe().items() if k not in looked_up}
        assert fields.items() <= record.items()
        assert list(record["libraries"]) == libraries[column]


def test_weights_are_named_by_their_hashes():
    lpips, niqe = metric_records(["lpips_alex", "niqe"])
    assert niqe["weights"]["niqe_original.mat"].startswith("c93698980bfb28d4")
    assert lpips["weights"]["lpips v0.1 alex.pth"].startswith("df73285e35b22355")


def test_weights_that_are_not_on_this_machine_are_not_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path))
    (lpips,) = metric_records(["lpips_alex"])
    assert lpips["weights"]["alexnet"] is None


def test_a_metric_whose_files_pyiqa_alone_knows_is_named_by_its_tensors():
    (record,) = metric_records(["entropy"])
    assert len(record["weights"]["tensors"]) == 64


def test_the_document_survives_json():
    document = metrics_document(["psnr_y", "niqe"], device="cpu", datasets={"set5": {"images": 5}})
    assert json.loads(json.dumps(document)) == document
    assert document["schema"] == 1
    assert [metric["column"] for metric in document["metrics"]] == ["psnr_y", "niqe"]
    assert "bicubic" in document["resize"]
    assert document["libraries"]["numpy"]
    assert document["datasets"] == {"set5": {"images": 5}}
