from sweep.cli.reports import report_summary
from sweep.runner import Summary
from sweep.store.folder import SweepStore


def test_the_summary_says_what_to_do_about_each_trial(folder, capsys):
    results = SweepStore(folder)
    results.trial("b").update_trial(state="diverged", cause="loss_d not finite at iteration 3")
    results.trial("c").update_trial(state="failed", cause="no memory")
    states = {"a": "done", "b": "diverged", "c": "failed", "d": "pending"}
    summary = Summary(states, ("a",), (results.root / "results.csv",), ("a note",))
    report_summary(results, summary)
    out = capsys.readouterr().out
    assert "1 of 4 trials done, 1 trained in this run" in out
    assert "b: diverged: loss_d not finite at iteration 3; --retry diverged trains it again" in out
    assert "c: failed: no memory; run again to try again" in out
    assert "d: pending: the SRResNet that it starts from is not there" in out
    assert "note: a note" in out
    assert summary.exit_status == 1
