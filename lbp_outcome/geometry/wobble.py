"""The same examination, segmented by a hand that shook a little."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy import ndimage

from lbp_outcome.examination import Examination
from lbp_outcome.geometry.frame import Points
from lbp_outcome.image import Image
from lbp_outcome.spine import Spine, Structure

SHAKE_VOXELS = 0.5
"""Standard deviation of how far an outline moves along each array axis [voxels]."""

PATCH_MM = 8.0
"""Outlines further apart than this move independently [mm]."""

TABLE = 64
"""The random field repeats after this many patches, half a metre."""


def wobbled(examination: Examination, seed: int) -> Examination:
    """Return an examination whose outlines have all moved by about half a voxel.

    Neighbouring outlines move together, as when a reader draws the border between disc
    and bone a little higher. Images stay as they are.

    Args:
        examination: What to disturb.
        seed: Fixes the movement.
    """
    field = _Field.drawn(seed)
    scans = tuple(
        replace(scan, muscles={k: _moved(m, field) for k, m in scan.muscles.items()})
        for scan in examination.muscles
    )
    return replace(examination, spine=_shaken(examination.spine, field), muscles=scans)


class _Field:
    """A smooth random movement, everywhere in patient space."""

    def __init__(self, nodes: Float[np.ndarray, "3 n n n"]) -> None:
        self.nodes = nodes

    @classmethod
    def drawn(cls, seed: int) -> "_Field":
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=(3, TABLE, TABLE, TABLE))
        smooth = ndimage.gaussian_filter(noise, (0, 0.5, 0.5, 0.5), mode="wrap")
        # between its nodes a linear table varies less than at them
        return cls(smooth / smooth.std() * SHAKE_VOXELS / BETWEEN_NODES)

    def at(self, places: Points) -> Float[np.ndarray, "3 n"]:
        """Movement along each array axis at patient positions [voxels]."""
        at = (places / PATCH_MM).T
        found = [
            ndimage.map_coordinates(axis, at, order=1, mode="grid-wrap")
            for axis in self.nodes
        ]
        return np.stack(found)


BETWEEN_NODES = 0.654
"""Standard deviation of the linear interpolation of the table, as a share of that at
its nodes."""


def _shaken(spine: Spine, field: _Field) -> Spine:
    return replace(
        spine,
        vertebrae={name: _moved(part, field) for name, part in spine.vertebrae.items()},
        discs={name: _moved(part, field) for name, part in spine.discs.items()},
        corpora={name: _moved(part, field) for name, part in spine.corpora.items()},
        processes={key: _moved(part, field) for key, part in spine.processes.items()},
        canal=None if spine.canal is None else _moved(spine.canal, field),
        cord=None if spine.cord is None else _moved(spine.cord, field),
    )


def _moved(structure: Structure, field: _Field) -> Structure:
    """Return a structure whose outline has moved; a speck that vanished stays."""
    wide = structure.continued(1)
    index = np.indices(wide.values.shape).reshape(3, -1)
    shift = field.at(wide.to_patient(index.T.astype(float)))
    last = np.array(wide.values.shape)[:, None] - 1
    source = np.clip(np.rint(index + shift).astype(int), 0, last)
    moved = wide.values[tuple(source)].reshape(wide.values.shape)
    found = _within_scan(structure, Image(moved, wide.affine))
    return found.with_voxels(found.mask.values) or structure


def _within_scan(structure: Structure, wide: Image) -> Structure:
    """Take away the margin beyond the end of the scan."""
    first = structure.at_edge[:, 0].astype(int)
    stop = wide.values.shape - structure.at_edge[:, 1].astype(int)
    box = tuple(slice(a, b) for a, b in zip(first, stop, strict=True))
    affine = wide.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ first
    values = np.ascontiguousarray(wide.values[box])
    return Structure(Image(values, affine), structure.at_edge)
