"""Decisions about coefficients survive their file, and join with those of another folder."""

from sweep.config.axis_names import Setting
from sweep.store.folder import SweepStore
from sweep.store.records.placement import PlacedPoint, Placement, Placements

SLOW = (("adversarial.learning_rate", 5e-5), ("adversarial.schedule", "cosine"))


def decision(*advs: float, content: str = "mse", setting: Setting = ()) -> Placement:
    where = {"start": "srgan", "content": content, "setting": setting}
    points = (PlacedPoint(**where, adv=adv, low=0.0, high=1.0, gap=0.5) for adv in advs)
    return Placement(
        dataset="set5",
        axes=("psnr_y", "niqe"),
        ideal=(30.0, 4.0),
        nadir=(28.0, 6.0),
        points=tuple(points),
    )


def test_what_is_written_is_read(tmp_path):
    store = SweepStore(tmp_path)
    assert store.read_placements() == Placements()
    placements = Placements().with_decision(decision(1e-3, 1e-2), 2)
    placements = placements.with_decision(decision(0.1, setting=SLOW), 2)
    store.write_placements(placements)
    assert store.read_placements() == placements
    placed = {("srgan", "mse", ()): [1e-3, 1e-2], ("srgan", "mse", SLOW): [0.1]}
    assert store.read_placements().coefficients == placed
    assert placements.at_once == 2


def test_to_place_nothing_is_decided_once_and_may_be_decided_otherwise_later():
    settled = Placements().with_decision(decision(0.1), 1).with_decision(decision(), 1)
    assert settled.is_settled
    assert settled.with_decision(decision(), 1) == settled
    further = settled.with_decision(decision(0.2), 1)
    assert not further.is_settled
    assert [point.adv for point in further.points] == [0.1, 0.2]
    assert not Placements().is_settled


def test_of_two_folders_each_decision_is_kept_once():
    one, other = Placements().with_decision(decision(0.1), 2), Placements()
    both = one.joined(one.with_decision(decision(0.2), 2))
    assert [point.adv for point in both.points] == [0.1, 0.2]
    assert other.joined(one).at_once == 2
