import json
import os
import platform
import subprocess
import sys
import time

import pytest

from sweep.errors import StoreError
from sweep.store import claims
from sweep.store.claims import RUN_FILE, claimed, find_run, is_at_work


def leave(folder, host, pid, age=0.0, **more):
    path = folder / RUN_FILE
    path.write_text(json.dumps({"host": host, "pid": pid, "started": "2026-01-01", **more}))
    then = time.time() - age
    os.utime(path, (then, then))


@pytest.fixture
def dead_pid():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_folder_is_claimed_while_the_block_lasts(tmp_path):
    assert find_run(tmp_path) is None
    with claimed(tmp_path):
        run = find_run(tmp_path)
        assert (run.host, run.pid, run.alive) == (platform.node(), os.getpid(), True)
    assert find_run(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_living_process_of_this_host_keeps_others_out(tmp_path):
    leave(tmp_path, platform.node(), os.getppid())
    with pytest.raises(StoreError, match=f"process {os.getppid()} on"), claimed(tmp_path):
        pass


def test_at_work_is_another_process_that_lives(tmp_path, dead_pid):
    assert not is_at_work(tmp_path)
    with claimed(tmp_path):
        assert not is_at_work(tmp_path)
    leave(tmp_path, platform.node(), os.getppid())
    assert is_at_work(tmp_path)
    leave(tmp_path, platform.node(), dead_pid)
    assert not is_at_work(tmp_path)


def test_a_young_record_of_another_host_keeps_others_out(tmp_path):
    leave(tmp_path, "elsewhere", 1, age=claims.SILENT_SECONDS - 30)
    assert find_run(tmp_path).alive
    with pytest.raises(StoreError, match="on elsewhere"), claimed(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [RUN_FILE]


def test_what_another_host_left_behind_is_taken_over(tmp_path):
    leave(tmp_path, "elsewhere", 1, age=claims.SILENT_SECONDS + 30)
    assert not find_run(tmp_path).alive
    with claimed(tmp_path):
        assert find_run(tmp_path).host == platform.node()


def test_another_process_that_got_the_number_later_keeps_nobody_out(tmp_path):
    leave(tmp_path, platform.node(), os.getppid(), born=1.0)
    assert not find_run(tmp_path).alive
    with claimed(tmp_path):
        assert find_run(tmp_path).alive


def test_what_a_killed_process_left_behind_is_taken_over(tmp_path, dead_pid):
    leave(tmp_path, platform.node(), dead_pid)
    assert not find_run(tmp_path).alive
    with claimed(tmp_path):
        assert find_run(tmp_path).pid == os.getpid()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"host": "x"}', "\x00"])
def test_a_damaged_record_is_taken_over(tmp_path, text):
    (tmp_path / RUN_FILE).write_text(text)
    assert find_run(tmp_path) is None
    with claimed(tmp_path):
        assert find_run(tmp_path).alive


def test_one_may_wait_for_the_other_to_end(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "WAIT_SECONDS", 0.01)
    leave(tmp_path, "elsewhere", 1)
    asked = []

    def may_wait():
        asked.append(1)
        if len(asked) == 3:
            (tmp_path / RUN_FILE).unlink()
        return True

    with claimed(tmp_path, may_wait):
        assert len(asked) == 3


def test_a_claim_is_kept_young(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "BEAT_SECONDS", 0.01)
    with claimed(tmp_path):
        old = time.time() - 1000
        os.utime(tmp_path / RUN_FILE, (old, old))
        deadline = time.monotonic() + 30
        while (tmp_path / RUN_FILE).stat().st_mtime < old + 500:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_record_that_was_made_meanwhile_is_put_back(tmp_path):
    leave(tmp_path, "elsewhere", 1)
    claims._set_aside(tmp_path / RUN_FILE, b"another record")
    assert find_run(tmp_path).host == "elsewhere"
    assert [path.name for path in tmp_path.iterdir()] == [RUN_FILE]


def test_another_hosts_claim_outlives_a_process_that_was_suspended(tmp_path):
    other = b'{"host": "elsewhere", "pid": 1, "started": "2026-01-01"}'
    with claimed(tmp_path):
        (tmp_path / RUN_FILE).write_bytes(other)
    assert (tmp_path / RUN_FILE).read_bytes() == other
