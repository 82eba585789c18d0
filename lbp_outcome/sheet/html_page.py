"""A measurement sheet as one HTML file, its pictures embedded; no scripts."""

import base64
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

import jinja2

from lbp_outcome.sheet.disc_view import draw_disc
from lbp_outcome.sheet.page_contents import Sheet
from lbp_outcome.sheet.sagittal_view import draw_sagittal, middle_plane

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOTS_PER_INCH = 170
SAGITTAL_INCH, DISC_INCH = 4.6, 2.1


def html_page(sheet: Sheet) -> str:
    """Return the page; it needs no other file and no network."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lbp_outcome.sheet", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pairs = zip(sheet.discs, sheet.captions, strict=True)
    page = environment.get_template("measurement_sheet.html.j2").render(
        sheet=sheet,
        sagittal=_sagittal(sheet),
        discs=[
            (v, _picture(DISC_INCH, DISC_INCH, partial(draw_disc, view=v)), words)
            for v, words in pairs
        ],
    )
    return str(page)


def _sagittal(sheet: Sheet) -> list[tuple[str, str]]:
    """The T2 image with outlines, and the T1 image without, as far as given."""
    spine = sheet.examination.spine
    base = sheet.examination.t2 or sheet.examination.t1
    if base is None or not spine.stack or spine.doubt:
        return []
    plane, found = middle_plane(spine, base), []
    width = SAGITTAL_INCH * plane.columns / plane.rows
    for name, image in (("T2", sheet.examination.t2), ("T1", sheet.examination.t1)):
        if image is not None:
            draw = partial(
                draw_sagittal,
                plane=plane,
                image=image,
                spine=spine,
                title="",
                outlines=name == "T2",
            )
            found.append((name, _picture(width, SAGITTAL_INCH, draw)))
    return found


def _picture(width: float, height: float, draw: Callable[["Axes"], None]) -> str:
    """Return a drawing as text that an HTML page can hold."""
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(width, height), dpi=DOTS_PER_INCH)
    axes = canvas.add_axes((0.0, 0.0, 1.0, 1.0))
    draw(axes)
    axes.set_title("")
    axes.axis("off")
    file = BytesIO()
    canvas.savefig(file, format="png")
    return base64.b64encode(file.getvalue()).decode("ascii")
