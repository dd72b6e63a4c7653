"""`sweep merge` on two small sweeps."""

import shutil

from sweep.store.folder import SweepStore


def test_a_folder_is_not_merged_into_itself_nor_what_is_none(sweep, smoke):
    answer = sweep("merge", "smoke", "smoke")
    assert (answer.status, "another folder than INTO" in answer.err) == (2, True)
    answer = sweep("merge", "new", "nothing")
    assert (answer.status, "found no sweep.yaml" in answer.err) == (2, True)


def test_a_copy_of_a_sweep_adds_nothing_to_it(sweep, smoke):
    shutil.copytree(smoke.root, smoke.root.parent / "copy")
    answer = sweep("merge", "smoke", "copy")
    assert "copy: 0 trials copied" in answer.out
    assert SweepStore(smoke.root).read_config() is not None
