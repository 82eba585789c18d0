"""A heat map over the T2 image, as a radiologist wants to see it."""

import io
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from lbp_outcome.image import Image
from lbp_outcome.study.explanation.sagittal import Sagittal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

FAINTEST = 0.15
"""Below this share of its maximum the map is not drawn, so anatomy stays visible."""

LABEL_MM = 34
"""Level names stand this far in front of the disc's centre [mm]."""

STANDS_OUT = 1.5
"""A level is marked when it holds this many times its even share of the map."""

HIGHEST, OTHERS = "#c8641b", "#7f93a6"


@dataclass(frozen=True, eq=False, kw_only=True)
class HeatMapPanel:
    """What the panel shows.

    Attributes:
        t2: The T2 image.
        heat: The map on its voxels, 0 to 1.
        places: Disc centres in patient space [mm], by level.
        shares: Share of the map at each level.
        top: The level with most of the map.
        title: Title line.
        caption: Result of the sanity check.
        simulated: Whether the model was trained on simulated patients.
    """

    t2: Image
    heat: Image
    places: Mapping[str, Float[np.ndarray, "3"]]
    shares: Mapping[str, float]
    top: str
    title: str
    caption: str
    simulated: bool


def draw_panel(panel: HeatMapPanel) -> bytes:
    """Draw the plain T2 slice beside the same slice with the map, as PNG bytes.

    The slice is the sagittal one that holds most of the map, or the middle one of the
    discs if the map is empty. The plain image stands beside it, so that no anatomy is
    hidden.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    t2, heat = Sagittal.of(panel.t2), Sagittal.of(panel.heat)
    number = _most_of_map(t2, heat, panel)
    figure = Figure(figsize=(10.8, 6.6), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    plain, overlaid, shares = figure.subplots(1, 3, width_ratios=[1, 1, 0.6])
    t2.draw(plain, number)
    t2.draw(overlaid, number)
    shown = _draw_heat(overlaid, heat, number)
    _name_levels(plain, t2, panel)
    plain.set_title(f"T2{_where(t2, panel, number)}", fontsize=10.5)
    overlaid.set_title("the same slice with the map", fontsize=10.5)
    _draw_shares(shares, panel)
    bar = figure.colorbar(shown, ax=overlaid, shrink=0.5, pad=0.02)
    bar.set_label("weight, relative to the highest voxel", fontsize=9)
    marked = " (model trained on simulated patients)" if panel.simulated else ""
    figure.suptitle(panel.title + marked, fontsize=12.5, fontweight="bold")
    caption = "\n".join(textwrap.wrap(panel.caption, 125))
    figure.supxlabel(caption, fontsize=9, color="#444444")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130, metadata={"Software": "lbp-outcome"})
    return buffer.getvalue()


def _most_of_map(t2: Sagittal, heat: Sagittal, panel: HeatMapPanel) -> int:
    held = heat.image.values.sum(axis=(1, 2))
    if held.any() or not panel.places:
        return int(np.argmax(held))
    return int(np.median([t2.place(place)[0] for place in panel.places.values()]))


def _draw_heat(axes: "Axes", heat: Sagittal, number: int) -> "AxesImage":
    values = heat.slice(number)
    above = np.clip((values - FAINTEST) / (1 - FAINTEST), 0, 1)
    shown = axes.imshow(
        values,
        cmap="inferno",
        origin="lower",
        vmin=0,
        vmax=1,
        alpha=0.75 * above**0.7,
        extent=heat.extent,
        interpolation="bilinear",
    )
    heat.face_left(axes)
    return shown


def _name_levels(axes: "Axes", t2: Sagittal, panel: HeatMapPanel) -> None:
    for level, place in panel.places.items():
        _, across, up = t2.place(place)
        axes.annotate(
            level,
            (across, up),
            xytext=(across + LABEL_MM, up),
            color="white",
            fontsize=9,
            fontweight="bold" if level == panel.top else "normal",
            va="center",
            ha="right",
            arrowprops={"arrowstyle": "-", "color": "white", "lw": 0.6},
        )


def _draw_shares(axes: "Axes", panel: HeatMapPanel) -> None:
    levels = list(panel.shares)[::-1]
    shares = [100 * panel.shares[level] for level in levels]
    stands_out = max(shares) > STANDS_OUT * 100 / len(shares)
    marked = panel.top if stands_out else ""
    colours = [HIGHEST if level == marked else OTHERS for level in levels]
    axes.barh(levels, shares, color=colours, height=0.62)
    for row, share in enumerate(shares):
        axes.text(share + 1.5, row, f"{share:.0f} %", va="center", fontsize=9)
    axes.set_xlim(0, max(shares) * 1.3 + 1 if any(shares) else 100)
    axes.set_xlabel("share of the map [%]", fontsize=9)
    axes.set_title("by disc level", fontsize=10.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)
    axes.set_box_aspect(1.6)


def _where(t2: Sagittal, panel: HeatMapPanel, number: int) -> str:
    """Say how far the slice lies from the centre of the named disc."""
    if panel.top not in panel.places:
        return ""
    disc, _, _ = t2.place(panel.places[panel.top])
    apart = (number - disc) * float(t2.image.spacing_mm[0])
    if number == disc:
        return f" through the middle of {panel.top}"
    side = "right" if apart > 0 else "left"
    return f", {abs(apart):.0f} mm to the {side} of the middle of {panel.top}"
