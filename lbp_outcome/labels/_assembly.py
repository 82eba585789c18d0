"""From the parts of one or two masks to a spine."""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Integer
from scipy import ndimage

from lbp_outcome.anatomy import Disc, Process, Side, Vertebra
from lbp_outcome.errors import GeometryMismatch, LbpError
from lbp_outcome.image import Image
from lbp_outcome.labels._header import header_doubt
from lbp_outcome.labels._naming import Naming
from lbp_outcome.labels._parts import Kind, Parts, present
from lbp_outcome.spine import Spine, Structure

ENDPLATE_REACH_MM = 6.0
"""An endplate voxel belongs to the vertebral body nearest to it, within this reach."""


def assemble(parts: Parts, tissues: Parts | None, naming: Naming, scheme: str) -> Spine:
    """Return the spine that one mask, and perhaps a mask of tissues, describes.

    Raises:
        LbpError: No voxel is labelled as a vertebra, a disc or the canal.
        GeometryMismatch: The labels run the wrong way through the patient.
    """
    bone = _bone(parts)
    whole = bone.structures(Kind.VERTEBRA)
    partly = parts.structures(Kind.PARTIAL_VERTEBRA)
    discs = _named_discs(parts.structures(Kind.DISC), naming)
    inner = tissues or parts
    canal = inner.union(Kind.CANAL, Kind.CORD)
    if not (whole or partly or discs or canal):
        raise LbpError("the mask labels no vertebra, no disc and no spinal canal")
    spine = Spine(
        vertebrae=_named({**whole, **partly}, naming),
        discs=discs,
        corpora=_named(_corpora(bone, parts, tissues), naming) if tissues else {},
        processes=_processes(parts, tissues, naming) if tissues else {},
        canal=canal,
        cord=inner.union(Kind.CORD),
        partial=frozenset(naming.names[number] for number in partly),
        scheme=scheme,
        numbering=naming.numbering,
        assumption=naming.assumption,
    )
    return _checked(spine, parts.mask)


def _named(found: dict[int, Structure], naming: Naming) -> dict[Vertebra, Structure]:
    return {naming.names[number]: part for number, part in found.items()}


def _named_discs(found: dict[int, Structure], naming: Naming) -> dict[Disc, Structure]:
    below = {number: naming.disc_below(number) for number in found}
    return {disc: found[number] for number, disc in below.items() if disc}


def _bone(parts: Parts) -> Parts:
    """The vertebrae, with the endplates where these have labels of their own."""
    if not parts.labels_of(Kind.ENDPLATE):
        return parts
    numbers = np.where(parts.inside(Kind.VERTEBRA), parts.labels, 0)
    for label in parts.labels_of(Kind.ENDPLATE):
        _join_endplates(numbers, parts.labels == label, parts.boxes[label], parts)
    return _renumbered(parts, numbers)


def _corpora(bone: Parts, parts: Parts, tissues: Parts) -> dict[int, Structure]:
    """Vertebral bodies, each with its endplates."""
    inside = tissues.inside(Kind.CORPUS) | parts.inside(Kind.ENDPLATE)
    numbers = np.where(inside & bone.inside(Kind.VERTEBRA), bone.labels, 0)
    return _renumbered(parts, numbers).structures(Kind.VERTEBRA)


def _processes(
    parts: Parts, tissues: Parts, naming: Naming
) -> dict[tuple[Vertebra, Process, Side | None], Structure]:
    """Arches and processes of each vertebra."""
    found = {}
    for label in parts.labels_of(Kind.VERTEBRA):
        box, name = parts.boxes[label], naming.names[parts.found[label].number]
        corner = (box[0].start, box[1].start, box[2].start)
        inner = np.where(parts.labels[box] == label, tissues.labels[box], 0)
        for tissue in tissues.labels_of(Kind.PROCESS):
            cut = Structure.cut_box(inner == tissue, corner, parts.mask)
            part = tissues.found[tissue]
            if cut is not None and part.process:
                found[name, part.process, part.side] = cut
    return found


def _renumbered(parts: Parts, numbers: Integer[np.ndarray, "i j k"]) -> Parts:
    found = {label: parts.found[label] for label in present(numbers)}
    return Parts(parts.mask, numbers, found)


def _join_endplates(
    numbers: Integer[np.ndarray, "i j k"],
    endplate: Bool[np.ndarray, "i j k"],
    box: tuple[slice, slice, slice],
    parts: Parts,
) -> None:
    """Give every voxel of an endplate label to the vertebral body next to it."""
    spacing = parts.mask.spacing_mm
    reach = np.ceil(ENDPLATE_REACH_MM / spacing).astype(int)
    around = tuple(
        slice(max(side.start - more, 0), side.stop + more)
        for side, more in zip(box, reach, strict=True)
    )
    near, bone = numbers[around], endplate[around]
    distance, nearest = ndimage.distance_transform_edt(
        near == 0, sampling=spacing, return_indices=True
    )
    bone = bone & (distance <= ENDPLATE_REACH_MM)
    near[bone] = near[tuple(nearest)][bone]


def _checked(spine: Spine, mask: Image) -> Spine:
    """Record what is doubtful about the header; refuse labels that run backwards."""
    doubt = header_doubt(mask, spine)
    if doubt:
        return replace(spine, doubt=doubt)
    _require_heads_up(spine)
    _require_discs_between(spine)
    return spine


def _require_heads_up(spine: Spine) -> None:
    if len(spine.head_first) < 2:
        return
    (top, highest), *_, (bottom, lowest) = spine.head_first
    if highest.centroid[2] < lowest.centroid[2]:
        raise GeometryMismatch(
            f"{top} lies below {bottom}: the labels count in the other direction than "
            f"scheme {spine.scheme} does, or the header turns the patient upside down"
        )


def _require_discs_between(spine: Spine) -> None:
    for disc, structure in spine.discs.items():
        upper, lower = spine.vertebrae.get(disc.upper), spine.vertebrae.get(disc.lower)
        above = upper is not None and structure.centroid[2] > upper.centroid[2]
        below = lower is not None and structure.centroid[2] < lower.centroid[2]
        if above or below:
            raise GeometryMismatch(
                f"disc {disc} does not lie between its vertebrae: its label is "
                f"numbered otherwise than in scheme {spine.scheme}"
            )
