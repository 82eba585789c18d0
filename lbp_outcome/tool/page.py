"""One patient's page: calm, printable, in one file, with the banner on it."""

import base64
from functools import partial
from pathlib import Path

import jinja2

from lbp_outcome import BANNER
from lbp_outcome.study.explanation.factors import Factor
from lbp_outcome.tool.advice import Advice, HeatMap
from lbp_outcome.visits import in_words

FACTORS_SHOWN = 10


def write_page(path: Path, advice: Advice) -> None:
    """Write the page of one patient, its heat map embedded.

    Args:
        path: HTML file; a heat map is read from the same folder.
        advice: What to show.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lbp_outcome.tool", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: f"{100 * share:.0f} %"
    page = environment.get_template("advice.html.j2").render(
        advice=advice,
        banner=BANNER,
        horizon=in_words(advice.horizon),
        factors=[f for f in advice.factors if f.contribution][:FACTORS_SHOWN],
        widest=max((abs(f.contribution) for f in advice.factors), default=1) or 1,
        bar=_bar,
        picture=partial(_picture, path.parent),
    )
    path.write_text(page, encoding="utf-8")


def _bar(factor: Factor, widest: float) -> dict[str, float]:
    """Where the bar of a factor begins and how long it is [% of the cell]."""
    length = 50 * abs(factor.contribution) / widest
    return {"left": 50 - length if factor.contribution < 0 else 50, "width": length}


def _picture(folder: Path, found: HeatMap) -> str:
    """Return the panel as text that an HTML page can hold."""
    return base64.b64encode((folder / found.picture).read_bytes()).decode("ascii")
