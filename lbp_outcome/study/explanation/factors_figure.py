"""What each predictor did to one patient's prediction, as bars."""

import io

from lbp_outcome.study.explanation.factors import Factors
from lbp_outcome.study.outcome_model import ModelCard

SHOWN = 12
MORE, LESS = "#1f6fb2", "#c8641b"


def draw_factors(card: ModelCard, found: Factors) -> bytes:
    """Draw the largest contributions with the patient's values, as PNG bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = found.factors[:SHOWN][::-1]
    figure = Figure(figsize=(8, 1.6 + 0.36 * len(shown)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.barh(
        [f"{factor.name}: {factor.shown}" for factor in shown],
        [factor.contribution for factor in shown],
        color=[MORE if factor.contribution > 0 else LESS for factor in shown],
        height=0.62,
    )
    axes.axvline(0, color="#444444", lw=0.8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=9)
    axes.set_xlabel(f"outcome less likely  |  more likely   [{found.scale}]")
    marked = " (trained on simulated patients)" if card.simulated else ""
    figure.suptitle(
        f"{found.patient}: what moved {card.name}{marked}",
        fontsize=11.5,
        fontweight="bold",
    )
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130, metadata={"Software": "lbp-outcome"})
    return buffer.getvalue()
