"""A decision says what decided it."""

from itertools import chain

from sweep.placing.curves import Plane, read_curves
from sweep.placing.deciding import account, decide, describe_point

PLANE = Plane("skimage3", ("psnr_y", "lpips_alex"))


def test_a_decision_holds_the_plane_and_the_ends_of_each_gap(scored):
    sweep = scored()
    plan = sweep.plan(grid__content=["mse", "vgg16-22"], trials=9)
    sweep.score(plan)
    decision = decide(sweep.store, plan.asked, plan.starts, PLANE, 3)
    points = chain(*read_curves(sweep.store, plan.asked, PLANE).values())
    places = [point.mean for point in points]
    assert decision.ideal == (max(x for x, _ in places), min(y for _, y in places))
    assert decision.nadir == (min(x for x, _ in places), max(y for _, y in places))
    assert (decision.dataset, decision.axes) == ("skimage3", PLANE.axes)
    assert [(p.content, p.low, p.high, p.adv) for p in decision.points] == [
        ("mse", 1e-4, 1.0, 1e-2),
        ("vgg16-22", 1e-4, 1.0, 1e-2),
        ("mse", 1e-4, 1e-2, 1e-3),
    ]
    assert describe_point(decision.points[2]) == (
        f"lambda 0.001 placed between 0.0001 and 0.01, {decision.points[2].gap:.2f} apart"
    )


def test_curves_are_named_with_their_start_where_there_are_both(scored):
    sweep = scored()
    plan = sweep.plan(grid__start=["srresnet", "srgan"], trials=9)
    sweep.score(plan)
    (counts,) = account(sweep.store, plan.asked, PLANE, 9, False)
    assert ": mse from srresnet 3, mse from srgan 3;" in counts
