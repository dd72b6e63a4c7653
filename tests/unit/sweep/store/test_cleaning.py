import pytest

from srgan_core.files import temporary_name, write_atomically
from sweep.config.loading import load_config
from sweep.store.cleaning import find_waste, format_size, remove
from sweep.store.folder import SweepStore


@pytest.fixture
def store(tmp_path) -> SweepStore:
    store = SweepStore(tmp_path / "smoke")
    store.write_config(load_config("smoke"))
    for name, state in (("a", "done"), ("b", "diverged"), ("c", "interrupted"), ("d", "failed")):
        files = store.trial(name)
        files.update_trial(state=state)
        write_atomically(files.checkpoints / "000000005" / "state.safetensors", bytes(1000))
        write_atomically(files.generator, b"generator")
    return store


def wasted(store):
    return {item.path.relative_to(store.root).as_posix() for item in find_waste(store.root)}


def test_only_checkpoints_of_finished_trials_are_waste(store):
    assert wasted(store) == {"trials/a/checkpoints", "trials/b/checkpoints"}
    assert {item.size for item in find_waste(store.root)} == {1000}


def test_leftovers_are_waste_and_counted_once(store):
    half = temporary_name(store.root / "results.csv")
    half.write_bytes(b"12345")
    inner = temporary_name(store.trial("a").checkpoints / "000000010")
    write_atomically(inner / "state", bytes(500))
    running = temporary_name(store.trial("c").checkpoints / "000000010")
    write_atomically(running / "state", bytes(10))
    found = {item.path: item.size for item in find_waste(store.root)}
    assert found[half] == 5
    assert found[running] == 10
    assert inner not in found
    assert found[store.trial("a").checkpoints] == 1500
    assert next(iter(found)) == store.trial("a").checkpoints


def test_warmed_up_discriminators_are_waste_once_no_trial_is_to_go_on(store):
    write_atomically(store.warmups / "0" / "state", b"x")
    assert "shared/warmups" not in wasted(store)
    for name in ("c", "d"):
        store.trial(name).update_trial(state="done")
    assert "shared/warmups" in wasted(store)


def test_removing_leaves_all_the_rest(store):
    temporary_name(store.root / "results.csv").write_bytes(b"12345")
    for item in find_waste(store.root):
        remove(item)
    assert find_waste(store.root) == []
    assert store.trial("a").generator.is_file()
    assert (store.trial("c").checkpoints / "000000005" / "state.safetensors").is_file()
    assert store.read_config() is not None


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "2 kB"), (312e6, "312 MB"), (5.04e9, "5.0 GB")],
)
def test_sizes_are_written_for_people(size, text):
    assert format_size(size) == text
