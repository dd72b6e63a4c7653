import io

import pytest


def test_clean_tells_sizes_and_asks(sweep, smoke, monkeypatch):
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    answer = sweep("clean", "smoke")
    assert "2 kB  trials/good/checkpoints" in answer.out
    assert "nothing was deleted" in answer.out
    assert smoke.trial("good").checkpoints.is_dir()


def test_nobody_to_answer_is_told_apart_from_an_interrupt(sweep, smoke, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    answer = sweep("clean", "smoke")
    assert answer.status == 2
    assert "expected an answer, found the end of the input; nothing was done" in answer.err
    assert smoke.trial("good").checkpoints.is_dir()


def test_clean_deletes_when_told_to(sweep, smoke):
    answer = sweep("clean", "smoke", "--yes")
    assert "2 kB deleted" in answer.out
    assert not smoke.trial("good").checkpoints.exists()
    assert "nothing to delete" in sweep("clean", "smoke", "--yes").out


def test_clean_keeps_away_from_a_sweep_at_work(sweep, smoke):
    with smoke.locked():
        answer = sweep("clean", "smoke", "--yes")
    assert answer.status == 2
    assert "is at work there" in answer.err
    assert smoke.trial("good").checkpoints.is_dir()


def test_a_folder_without_a_sweep_is_refused(sweep, tmp_path):
    answer = sweep("clean", "nowhere")
    assert answer.status == 2
    assert "expected a results folder" in answer.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [("clean", "smoke"), ("interpolate", "smoke", "--from", "good", "--to", "bad")],
)
def test_a_damaged_config_is_told_of_without_an_option_that_is_not_there(sweep, smoke, command):
    (smoke.root / "sweep.yaml").write_text("scale: 3")
    answer = sweep(*command)
    assert "--out" not in answer.err


def test_a_folder_that_may_not_be_written_to_says_so_without_it_too(sweep, smoke):
    (smoke.root / ".lock").mkdir()
    answer = sweep("clean", "smoke")
    assert answer.status == 2
    assert "make it writable, or name another results folder" in answer.err
