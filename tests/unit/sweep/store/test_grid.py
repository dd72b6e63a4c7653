"""The names of a folder's trials come from its records."""

import pytest

from sweep.config.grid import expand, starts_of
from sweep.config.loading import load_config
from sweep.config.names import StartKind
from sweep.store.folder import SweepStore
from sweep.store.grid import stored_trials


@pytest.mark.parametrize("begun", [0, 1])
def test_a_seed_that_was_not_begun_has_the_names_that_a_run_would_give_it(tmp_path, begun):
    config = load_config("smoke", {"device": "cpu", "grid.seeds": [0, 1]})
    store = SweepStore(tmp_path)
    store.start(StartKind.SRRESNET, begun).update_trial(recipe="file:ab")
    starts = {
        key: start
        for seed in config.grid.seeds
        for key, start in starts_of(config, seed, {StartKind.SRRESNET: "ab"}).items()
    }
    assert stored_trials(store, config) == (expand(config, starts), starts)


def test_a_start_that_is_trained_is_none_of_another_seed(tmp_path):
    config = load_config(
        "smoke",
        {
            "device": "cpu",
            "grid.seeds": [0, 1],
            "srresnet.start": "train",
            "srresnet.training": {"steps": 2},
            "grid.start": ["srresnet"],
        },
    )
    store = SweepStore(tmp_path)
    store.start(StartKind.SRRESNET, 0).update_trial(recipe="spec:ab")
    starts = stored_trials(store, config)[1]
    assert starts[StartKind.SRRESNET, 0].recipe != starts[StartKind.SRRESNET, 1].recipe
    assert starts[StartKind.SRRESNET, 1].spec is not None
