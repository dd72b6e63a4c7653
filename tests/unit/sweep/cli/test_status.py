import json

from srgan_core.files import write_atomically
from sweep.store.records.placement import Placement, Placements


def test_status_names_states_and_reasons(sweep, smoke):
    answer = sweep("status", "smoke")
    assert answer.status == 0
    assert "bad: photo.png: damaged; replace it" in answer.out
    assert "smoke: 1 done, 1 failed, 2 pending; nobody is at work" in answer.out


def test_status_says_how_many_trials_may_still_be_placed(sweep, smoke):
    config = smoke.read_config()
    grid = config.grid.model_copy(update={"trials": len(config.grid.coefficients) + 3})
    smoke.write_config(config.model_copy(update={"grid": grid}))
    assert "at most 3 trials more to be placed where gaps are" in sweep("status", "smoke").out
    assert json.loads(sweep("status", "smoke", "--json").out)["unplaced"] == 3
    nothing = Placement(dataset="x", axes=("x", "y"), ideal=None, nadir=None, points=())
    smoke.write_placements(Placements().with_decision(nothing, 1))
    assert "to be placed" not in sweep("status", "smoke").out


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
