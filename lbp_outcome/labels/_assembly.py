"""From the parts of one or two masks to a spine."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Integer
from scipy import ndimage
from scipy.spatial import cKDTree

from lbp_outcome.anatomy import Disc, Process, Side, Vertebra
from lbp_outcome.errors import GeometryMismatch, LbpError
from lbp_outcome.labels._doubt import mask_doubt, require_millimetres
from lbp_outcome.labels._naming import Naming
from lbp_outcome.labels._parts import (
    Box,
    Kind,
    Labels,
    Part,
    Parts,
    among,
    around,
    in_box,
    present,
)
from lbp_outcome.spine import Spine, Structure

ENDPLATE_REACH_MM = 6.0
"""An endplate voxel belongs to the vertebral body nearest to it, within this reach."""

LEAST_CORPUS_SHARE = 0.2
"""Less of a vertebra than this is no body of it, but some stray voxels: real bodies
are half of their vertebra and more."""


def assemble(parts: Parts, tissues: Parts | None, naming: Naming, scheme: str) -> Spine:
    """Return the spine that one mask, and perhaps a mask of tissues, describes.

    Raises:
        LbpError: No voxel is labelled as a vertebra, a disc or the canal.
        GeometryMismatch: The labels run the wrong way through the patient.
    """
    bones = _with_endplates(parts)
    partly = parts.structures(Kind.PARTIAL_VERTEBRA)
    discs = _named_discs(parts, naming)
    inner = tissues or parts
    cord = inner.union(Kind.CORD)
    # A cord alone is no canal: it is far smaller, and ends at L1 or L2.
    canal = inner.union(Kind.CANAL, Kind.CORD) if inner.labels_of(Kind.CANAL) else None
    if not (bones or partly or discs or canal or cord):
        raise LbpError("the mask labels no vertebra, no disc and no spinal canal")
    names = naming.names
    spine = Spine(
        vertebrae={
            **{names[number]: bone.structure for number, bone in bones.items()},
            **{names[number]: part for number, part in partly.items()},
        },
        discs=discs,
        corpora=dict(_corpora(bones, parts, tissues, naming)) if tissues else {},
        processes=dict(_processes(parts, tissues, naming)) if tissues else {},
        canal=canal,
        cord=cord,
        partial=frozenset(names[number] for number in partly),
        scheme=scheme,
        numbering=naming.numbering,
        assumption=naming.assumption,
    )
    return _checked(spine, parts, tissues)


def _named_discs(parts: Parts, naming: Naming) -> dict[Disc, Structure]:
    below = {n: naming.disc_below(n) for n in _numbers(parts, Kind.DISC)}
    above = {n: naming.disc_above(n) for n in _numbers(parts, Kind.DISC_ABOVE)}
    structures = parts.structures(Kind.DISC)
    found = {disc: structures[n] for n, disc in below.items() if disc}
    structures = parts.structures(Kind.DISC_ABOVE)
    return found | {disc: structures[n] for n, disc in above.items() if disc}


def _numbers(parts: Parts, kind: Kind) -> list[int]:
    return [parts.found[label].number for label in parts.labels_of(kind)]


@dataclass(frozen=True, eq=False)
class _Bone:
    """A vertebra in its box, with the endplates that belong to it."""

    inside: Bool[np.ndarray, "i j k"]
    box: Box
    structure: Structure


def _with_endplates(parts: Parts) -> dict[int, _Bone]:
    """The vertebrae, with the endplates where these have labels of their own."""
    labels = parts.labels_of(Kind.VERTEBRA)
    plates = parts.labels_of(Kind.ENDPLATE)
    numbers = parts.labels.copy() if plates else parts.labels
    boxes = dict(parts.boxes)
    for label in plates if labels else ():
        _join_endplates(numbers, label, boxes, parts)
    return {
        parts.found[label].number: _bone(numbers, label, boxes[label], parts)
        for label in labels
    }


def _bone(numbers: Labels, label: int, box: Box, parts: Parts) -> _Bone:
    inside = numbers[box] == label
    if box == parts.boxes[label]:
        return _Bone(inside, box, in_box(inside, box, parts.mask))
    tight = Structure.cut_box(inside, _corner(box), parts.mask)
    assert tight is not None  # the label occurs in the mask
    return _Bone(inside, box, tight)


def _corpora(
    bones: dict[int, _Bone], parts: Parts, tissues: Parts, naming: Naming
) -> Iterator[tuple[Vertebra, Structure]]:
    """Vertebral bodies, each with its endplates; none where next to nothing is one.

    SPINEPS draws no body inside the sacrum, but a few voxels of it may touch S1.
    """
    plates = parts.labels_of(Kind.ENDPLATE)
    for number, bone in bones.items():
        inside = tissues.inside(bone.box, Kind.CORPUS)
        if plates:
            inside |= among(parts.labels[bone.box], plates)
        inside &= bone.inside
        least = LEAST_CORPUS_SHARE * np.count_nonzero(bone.inside)
        if np.count_nonzero(inside) < least:
            continue
        cut = Structure.cut_box(inside, _corner(bone.box), parts.mask)
        if cut is not None:
            yield naming.names[number], cut


def _processes(
    parts: Parts, tissues: Parts, naming: Naming
) -> Iterator[tuple[tuple[Vertebra, Process, Side | None], Structure]]:
    """Arches and processes of each vertebra."""
    wanted = tissues.labels_of(Kind.PROCESS)
    for label in parts.labels_of(Kind.VERTEBRA):
        box, name = parts.boxes[label], naming.names[parts.found[label].number]
        inner = np.where(parts.labels[box] == label, tissues.labels[box], 0)
        for tissue, part, place in _pieces(inner, wanted, tissues):
            assert part.process is not None  # every process of a scheme has its name
            where = _shifted(place, _corner(box))
            cut = in_box(inner[place] == tissue, where, parts.mask)
            yield (name, part.process, part.side), cut


def _pieces(
    inner: Labels, wanted: list[int], tissues: Parts
) -> Iterator[tuple[int, Part, Box]]:
    boxes = ndimage.find_objects(inner, max_label=max(wanted, default=0) or 1)
    for tissue in wanted:
        if boxes[tissue - 1] is not None:
            yield tissue, tissues.found[tissue], boxes[tissue - 1]


def _corner(box: Box) -> tuple[int, int, int]:
    return box[0].start, box[1].start, box[2].start


def _shifted(box: Box, corner: tuple[int, int, int]) -> Box:
    first, middle, last = (
        slice(side.start + more, side.stop + more)
        for side, more in zip(box, corner, strict=True)
    )
    return first, middle, last


def _join_endplates(
    numbers: Labels, plate: int, boxes: dict[int, Box], parts: Parts
) -> None:
    """Give every voxel of an endplate label to the vertebral body next to it."""
    box = parts.boxes[plate]
    spacing = parts.mask.spacing_mm
    reach = np.ceil(ENDPLATE_REACH_MM / spacing).astype(int)
    wide = _widened(box, reach)
    near = numbers[wide]
    shell = np.argwhere(_shell(among(near, parts.labels_of(Kind.VERTEBRA))))
    voxels = np.argwhere(parts.labels[wide] == plate)
    if not len(shell):
        return
    distance, nearest = cKDTree(shell * spacing, balanced_tree=False).query(
        voxels * spacing, distance_upper_bound=ENDPLATE_REACH_MM + 1e-6
    )
    reached = np.isfinite(distance)
    joined = near[tuple(shell[nearest[reached]].T)]
    near[tuple(voxels[reached].T)] = joined
    for label in present(joined):
        boxes[label] = around([boxes[label], box])


def _shell(bone: Bool[np.ndarray, "i j k"]) -> Bool[np.ndarray, "i j k"]:
    """The outermost voxels: a voxel outside is never nearer to one further in."""
    inner = bone.copy()
    for axis in range(3):
        there, inside = np.moveaxis(bone, axis, 0), np.moveaxis(inner, axis, 0)
        inside[1:] &= there[:-1]
        inside[:-1] &= there[1:]
    return np.asarray(bone & ~inner)


def _widened(box: Box, reach: Integer[np.ndarray, "3"]) -> Box:
    first, middle, last = (
        slice(max(side.start - int(more), 0), side.stop + int(more))
        for side, more in zip(box, reach, strict=True)
    )
    return first, middle, last


def _checked(spine: Spine, parts: Parts, tissues: Parts | None) -> Spine:
    """Record what is doubtful about the mask; refuse labels that run backwards."""
    require_millimetres(parts.mask, spine)
    doubt = mask_doubt(parts, tissues, spine)
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
