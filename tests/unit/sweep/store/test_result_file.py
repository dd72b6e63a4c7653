import json
import threading

from sweep.store.records.result import ResultRecord
from sweep.store.result_file import differences
from sweep.store.result_file import publish_result as publish_record

FIRST = {"steps": 20, "train_seconds": 1.5, "scores": {"set5": {"baby": {"psnr_y": 30.0}}}}


def publish_result(path, document):
    return publish_record(path, ResultRecord.model_validate(document))


def read(folder):
    return json.loads((folder / "result.json").read_text())


def conflicts(folder):
    return sorted(path.name for path in folder.glob("result.conflict-*"))


def test_the_first_result_is_published(tmp_path):
    assert publish_result(tmp_path / "result.json", FIRST) is None
    assert read(tmp_path) == FIRST


def test_the_same_again_changes_nothing_not_even_the_time(tmp_path):
    publish_result(tmp_path / "result.json", FIRST)
    before = (tmp_path / "result.json").stat().st_mtime_ns
    assert publish_result(tmp_path / "result.json", FIRST | {"train_seconds": 9.0}) is None
    assert read(tmp_path) == FIRST
    assert (tmp_path / "result.json").stat().st_mtime_ns == before


def test_scores_are_added(tmp_path):
    publish_result(tmp_path / "result.json", FIRST)
    more = {"scores": {"set5": {"baby": {"psnr_y": 30.0, "niqe": 5.0}}, "set14": {}}}
    assert publish_result(tmp_path / "result.json", FIRST | more) is None
    assert read(tmp_path) == FIRST | more


def test_a_second_result_that_differs_is_set_aside_whole(tmp_path):
    publish_result(tmp_path / "result.json", FIRST)
    other = FIRST | {"scores": {"set5": {"baby": {"psnr_y": 31.0}}}}
    aside = publish_result(tmp_path / "result.json", other)
    assert read(tmp_path) == FIRST
    assert json.loads(aside.read_text()) == other
    assert publish_result(tmp_path / "result.json", other) == aside
    assert conflicts(tmp_path) == [aside.name]


def test_a_contradiction_is_named():
    assert differences(FIRST, FIRST | {"steps": 21}) == ["steps"]
    assert differences(FIRST, {"scores": {"set5": {"baby": {"psnr_y": 1.0}}}}) == [
        "scores.set5.baby.psnr_y"
    ]
    assert differences(FIRST, {"new": 1}) == []


def test_writers_at_the_same_time_lose_nothing(tmp_path):
    def write(index):
        scores = {"scores": {f"set-{index}": {"x": {"psnr_y": float(index)}}}}
        assert publish_result(tmp_path / "result.json", scores) is None

    threads = [threading.Thread(target=write, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read(tmp_path)["scores"].keys() == {f"set-{index}" for index in range(8)}
    assert conflicts(tmp_path) == []
