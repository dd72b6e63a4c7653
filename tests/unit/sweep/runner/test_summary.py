"""How a run ended, as an exit status."""

import pytest

from sweep.runner import Summary
from sweep.store.states import State


@pytest.mark.parametrize(("signal", "status"), [(None, 0), (2, 130), (15, 143)])
def test_the_exit_status_follows_from_the_states_and_the_signal(signal, status):
    assert Summary({"a": State.DONE}, (), (), (), signal).exit_status == status
