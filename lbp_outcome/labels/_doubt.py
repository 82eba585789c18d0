"""Masks that cannot be measured: each reason in one line, with what to do about it."""

from itertools import pairwise

import numpy as np

from lbp_outcome.errors import GeometryMismatch
from lbp_outcome.image import Image
from lbp_outcome.labels._anatomy import canal_behind_mm, storey_mm, too_large
from lbp_outcome.labels._header import header_doubt, spacing_doubt
from lbp_outcome.labels._parts import Kind, Parts, around
from lbp_outcome.spine import Spine, Structure

THICKEST_DISC_MM = 20.0
"""No lumbar disc is thicker; the thickest of 25 real ones measured so was 12 mm."""

STOREY_MM = (8.0, 120.0)
"""Neighbouring levels lie this far apart at least, and at most, at any age."""

IN_FRONT_MM = 4.0
"""The canal of a mask that is turned lies at least this far in front of the bodies."""

OUTSIDE_SHARE = 0.1
"""A mask of vertebrae lies where its mask of tissues shows nothing: at most this."""

TOUCHING_SHARE = 0.5
"""Vertebrae that touch over this share of their section have no disc between them."""


def mask_doubt(parts: Parts, tissues: Parts | None, spine: Spine) -> str:
    """Return why lengths and angles of a mask cannot be trusted, or an empty text."""
    return (
        header_doubt(parts.mask, spine)
        or _front_doubt(spine)
        or (_tissue_doubt(parts, tissues) if tissues else "")
        or _thick_disc_doubt(spine)
        or _size_doubt(spine)
        or _touching_doubt(parts, spine)
    )


def _tissue_doubt(parts: Parts, tissues: Parts) -> str:
    """Say so when the two masks do not cover the same bone."""
    outside = covered = 0
    for label in parts.labels_of(Kind.VERTEBRA, Kind.DISC):
        box = parts.boxes[label]
        inside = parts.labels[box] == label
        nothing = int(np.count_nonzero(inside & (tissues.labels[box] == 0)))
        voxels = int(np.count_nonzero(inside))
        if nothing < voxels:  # some versions draw the sacrum in one mask only
            outside, covered = outside + nothing, covered + voxels
    if outside <= OUTSIDE_SHARE * covered:
        return ""
    return (
        f"{100 * outside / covered:.0f} % of the mask of vertebrae lies where the mask "
        f"of tissues shows nothing: one of them was dilated or shifted, or comes from "
        f"another run; give both masks as they were written"
    )


def _front_doubt(spine: Spine) -> str:
    """Say so when the canal lies in front of the bodies."""
    behind = canal_behind_mm(spine)
    if behind is None or behind > -IN_FRONT_MM:
        return ""
    return (
        f"the spinal canal lies {-behind:.0f} mm in front of the vertebrae or discs: "
        f"the mask or its header was turned back to front, or the canal's label stands "
        f"for something else; segment the original image again"
    )


def _size_doubt(spine: Spine) -> str:
    """Say so when one label covers more than one bone or disc."""
    large = too_large(spine)
    if not large:
        return ""
    return (
        f"{large}, larger than any: its label covers more than that, as in a mask with "
        f"one label for all; check the scheme and the mask"
    )


def require_millimetres(mask: Image, spine: Spine) -> None:
    """Refuse a mask whose header cannot be in millimetres.

    Raises:
        GeometryMismatch: Neighbouring levels lie as far apart as in no spine.
    """
    apart = None if spacing_doubt(mask) else storey_mm(spine)
    if apart is None or STOREY_MM[0] <= apart <= STOREY_MM[1]:
        return
    far = f"{apart:.0f}" if apart >= 10 else f"{apart:.2g}"
    raise GeometryMismatch(
        f"neighbouring levels lie {far} mm apart, as in no spine: the header's spacing "
        f"is not in millimetres, or the mask is not of scheme {spine.scheme}; correct "
        f"the header or state the scheme"
    )


def _thick_disc_doubt(spine: Spine) -> str:
    """Say so when a disc is thicker than discs are."""
    if not spine.discs:
        return ""
    thickness = {disc: thickness_mm(part) for disc, part in spine.discs.items()}
    disc = max(thickness, key=lambda disc: thickness[disc])
    if thickness[disc] <= THICKEST_DISC_MM:
        return ""
    return (
        f"disc {disc} is {thickness[disc]:.0f} mm thick, more than any disc is: its "
        f"labels were dilated, or they are no discs, or the header's spacing is wrong; "
        f"check the mask against its image"
    )


def thickness_mm(part: Structure) -> float:
    """Return the thickness of the slab with the same spread of voxels [mm]."""
    if len(part.points) < 4:
        return 0.0
    least = np.linalg.eigvalsh(np.cov(part.points.T))[0]
    return float(np.sqrt(12 * max(least, 0.0)))


def _touching_doubt(parts: Parts, spine: Spine) -> str:
    """Say so when vertebrae without discs all touch: their labels were dilated."""
    if spine.discs or len(spine.vertebrae) < 3:
        return ""
    labels = parts.labels_of(Kind.VERTEBRA)
    order = sorted(labels, key=lambda label: -_height(parts, label))
    shares = [_touching(parts, *pair) for pair in pairwise(order)]
    if not shares or min(shares) <= TOUCHING_SHARE:
        return ""
    return (
        "every vertebra touches the next one, with no room for a disc: the labels were "
        "dilated, or one label a level covers bone and disc; segment the bones alone"
    )


def _height(parts: Parts, label: int) -> float:
    box = parts.boxes[label]
    middle = np.array([[(side.start + side.stop - 1) / 2 for side in box]])
    return float(parts.mask.to_patient(middle)[0, 2])


def _touching(parts: Parts, upper: int, lower: int) -> float:
    """Share of the upper vertebra's section with the lower one right beneath it."""
    box = around([parts.boxes[upper], parts.boxes[lower]])
    labels = parts.labels[box]
    along = parts.mask.affine[2, :3] / parts.mask.spacing_mm
    axis = int(np.abs(along).argmax())
    labels = np.moveaxis(labels, axis, 0)
    labels = labels[::-1] if along[axis] > 0 else labels
    touching = np.count_nonzero((labels[:-1] == upper) & (labels[1:] == lower))
    section = int((labels == upper).sum(axis=(1, 2)).max(initial=1))
    return touching / section
