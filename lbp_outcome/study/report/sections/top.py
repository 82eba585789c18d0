"""What a reader must know first: the gain, the base rate, and any alarm."""

from lbp_outcome.study.findings.headline import Headline
from lbp_outcome.study.report.page import Block, Glance, Note
from lbp_outcome.study.report.studied import Studied


def top(studied: Studied) -> tuple[Block, ...]:
    """Return the headline, the base rate and what checks found."""
    return (_gain(studied), _base_rate(studied), *_alarms(studied))


def _gain(studied: Studied) -> Glance:
    headline = studied.results.headline
    if headline is None:
        return Glance(
            big="\N{EN DASH}",
            label="gain of imaging",
            title="No model of this study reads more than the reference model.",
            text="So nothing is said on what imaging adds to clinical variables; the "
            "models are compared below.",
        )
    gain = headline.gain
    value, interval = (
        ("\N{EN DASH}", gain.reason)
        if gain.value is None
        else gain.shown(signed=True).split(" ", 1)
    )
    return Glance(
        big=value,
        label=f"{headline.measure} gained, 95 % interval {interval.strip('()')}",
        title=f"What “{headline.model}” adds to “{headline.reference}”",
        text=f"{headline.sentence}{_test(headline)}",
    )


def _test(headline: Headline) -> str:
    """Say of what the interval speaks."""
    if headline.test is None:
        return (
            " The interval speaks of other patients and the same fitted models; with "
            "models trained anew it would be wider."
        )
    return (
        " The interval allows for models trained anew on other patients (corrected "
        "t-test over folds, p "
        f"{'=' if headline.test.p >= 0.001 else '<'} {max(headline.test.p, 0.001):.3f})"
        "."
    )


def _base_rate(studied: Studied) -> Glance:
    base, judged = studied.results.base_rate, studied.judged
    simulated = (
        " These patients are simulated: no number here describes real ones."
        if studied.simulated
        else ""
    )
    assert base.value is not None
    assert base.low is not None
    assert base.high is not None
    if not studied.binary:
        value, interval = base.shown(1).split(" ", 1)
        return Glance(
            big=f"{value} {studied.unit}",
            label=f"mean outcome, 95 % interval {interval.strip('()')}",
            title=f"Base rate: the mean outcome of {judged} predicted patients.",
            text="Whoever predicts this mean for every patient tells nobody apart. A "
            f"model has to do better than that.{simulated}",
        )
    share = f"{100 * base.value:.0f}"
    events = studied.binary_performance[studied.plan.reference].events
    return Glance(
        big=f"{share} %",
        label=f"base rate, 95 % interval {100 * base.low:.0f} to {100 * base.high:.0f}"
        " %",
        title=f"{events} of {judged} predicted patients had this outcome.",
        text=f"Whoever gives every patient {share} % is right on average and tells "
        f"nobody apart. A model has to do better than that.{simulated}",
    )


def _alarms(studied: Studied) -> tuple[Note, ...]:
    failed = [verdict for verdict in studied.verdicts if verdict.status == "failed"]
    if not failed:
        return ()
    items = tuple(str(verdict) for verdict in failed)
    return (Note(title="Before you read on", items=items, tone="warning"),)
