import json

from srgan_core.files import write_atomically


def test_status_names_states_and_reasons(sweep, smoke):
    answer = sweep("status", "smoke")
    assert answer.status == 0
    assert "bad: photo.png: damaged; replace it" in answer.out
    assert "smoke: 1 done, 1 failed, 2 pending; nobody is at work" in answer.out


def test_status_writes_json_for_programs(sweep, smoke):
    document = json.loads(sweep("status", "smoke", "--json").out)
    assert document["states"] == {"done": 1, "failed": 1, "pending": 2}
    assert [trial["host"] for trial in document["trials"]] == [None, "here", None, None]


def test_status_shows_a_damaged_record_beside_the_others(sweep, smoke):
    (smoke.trial("good").path / "trial.json").write_text("{")
    answer = sweep("status", "smoke")
    assert answer.status == 0
    assert "damaged" in answer.out
    assert "1 failed" in answer.out


def test_status_says_that_no_run_can_go_on_under_a_broken_config(sweep, smoke):
    write_atomically(smoke.root / "sweep.yaml", b"scale: [")
    answer = sweep("status", "smoke")
    assert answer.status == 0
    assert "no run can go on: smoke: its sweep.yaml was damaged" in answer.out


def test_a_folder_without_a_sweep_is_refused(sweep, tmp_path):
    answer = sweep("status", "nowhere")
    assert answer.status == 2
    assert "expected a results folder" in answer.err
    assert list(tmp_path.iterdir()) == []
