from dataclasses import replace

import pytest

from srgan_core.errors import DataError
from srgan_core.files import write_atomically
from sweep.execution.executors.file_exchange import FileBundle, WorkingCopy, pack_inputs, unpack
from sweep.execution.jobs.trial import TrainJob
from sweep.store.trial_folder import TrialFolder


@pytest.fixture
def job(tmp_path) -> TrainJob:
    root = tmp_path / "here"
    folder = root / "trials" / "a"
    write_atomically(root / "shared" / "srresnet-s0" / "generator.safetensors", b"start")
    write_atomically(root / "reference" / "set5" / "hr" / "baby.png", b"pixels")
    write_atomically(root / "trials" / "other" / "trial.json", b"{}")
    write_atomically(folder / "trial.json", b'{"state": "interrupted"}')
    write_atomically(folder / "checkpoints" / "000000005" / "state.safetensors", b"five")
    write_atomically(folder / ".log.jsonl.0123abcd.tmp", b"half")
    init = root / "shared" / "srresnet-s0" / "generator.safetensors"
    return TrainJob(root, folder, "a", {"trial": "a"}, None, init, ())


def test_a_bundle_holds_what_the_job_reads_and_no_other_trial(job):
    assert set(pack_inputs(job).files) == {
        "shared/srresnet-s0/generator.safetensors",
        "reference/set5/hr/baby.png",
        "trials/a/trial.json",
        "trials/a/checkpoints/000000005/state.safetensors",
    }


def test_a_job_there_finds_its_files_under_its_own_paths(job, tmp_path):
    there = WorkingCopy(pack_inputs(job), tmp_path / "there").localised(job)
    assert there.init.read_bytes() == b"start"
    assert TrialFolder(there.folder).state == "interrupted"
    assert there.folder.is_relative_to(tmp_path / "there")
    assert replace(there, root=job.root, folder=job.folder, init=job.init) == job


def test_a_new_checkpoint_is_news_and_takes_along_what_else_changed(job, tmp_path):
    copy = WorkingCopy(pack_inputs(job), tmp_path / "there")
    folder = copy.localised(job).folder
    assert copy.new_checkpoint() is None
    write_atomically(folder / "log.jsonl", b"{}\n")
    assert copy.new_checkpoint() is None
    write_atomically(folder / "checkpoints" / "000000010" / "state.safetensors", b"ten")
    news = copy.new_checkpoint()
    assert set(news.files) == {
        "trials/a/log.jsonl",
        "trials/a/checkpoints/000000010/state.safetensors",
    }
    assert copy.new_checkpoint() is None
    unpack(news, job.root)
    newest = job.folder / "checkpoints" / "000000010" / "state.safetensors"
    assert newest.read_bytes() == b"ten"


def test_checkpoints_that_go_there_go_here(job, tmp_path):
    copy = WorkingCopy(pack_inputs(job), tmp_path / "there")
    TrialFolder(copy.localised(job).folder).drop_checkpoints()
    write_atomically(copy.localised(job).folder / "trial.json", b'{"state": "done"}')
    unpack(copy.changes(), job.root)
    assert list((job.folder / "checkpoints").iterdir()) == []
    assert TrialFolder(job.folder).state == "done"


def test_a_second_result_that_differs_is_set_aside_here_too(job):
    first = FileBundle({"trials/a/result.json": b'{"steps": 1}'})
    second = FileBundle({"trials/a/result.json": b'{"steps": 2}'})
    assert unpack(first, job.root) == []
    ((folder, aside),) = unpack(second, job.root)
    assert TrialFolder(job.folder).read_result().document() == {"steps": 1}
    assert folder == job.folder
    assert list(job.folder.glob("result.conflict-*.json")) == [aside]


@pytest.mark.parametrize("path", ["/etc/x", "../x", "trials/../../x"])
def test_a_path_out_of_the_folder_is_refused(tmp_path, path):
    with pytest.raises(DataError, match="below the results folder"):
        unpack(FileBundle({"a": b"", path: b"x"}), tmp_path / "root")
    assert not (tmp_path / "root").exists()


def test_a_damaged_result_of_a_worker_is_not_blamed_on_the_file_that_is_here(job):
    job_folder = job.folder.relative_to(job.root).as_posix()
    sent = FileBundle({f"{job_folder}/result.json": b"{"})
    with pytest.raises(DataError, match=r"a worker sent a damaged result; it was not written"):
        unpack(sent, job.root)
    assert not (job.folder / "result.json").exists()
