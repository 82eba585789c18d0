"""Frames: a place with axes towards the patient's left, back and head."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine, Structure

Points = Float[np.ndarray, "_ 3"]
"""Any number of positions in patient space [mm]."""

Vector = Float[np.ndarray, "3"]

PATIENT_LEFT = np.array([-1.0, 0.0, 0.0])
PATIENT_BACK = np.array([0.0, -1.0, 0.0])
PATIENT_HEAD = np.array([0.0, 0.0, 1.0])

CANAL_BAND_MM = 6.0
"""The canal is looked for at the height of a disc, within this band [mm]."""

LEAST_RUN = 1.0


@dataclass(frozen=True, eq=False)
class Frame:
    """A right-handed frame in patient space.

    Attributes:
        origin: Where it stands [mm].
        left: Unit vector to the patient's left.
        posterior: Unit vector to the back.
        superior: Unit vector to the head.
    """

    origin: Vector
    left: Vector
    posterior: Vector
    superior: Vector

    @property
    def axes(self) -> Float[np.ndarray, "3 3"]:
        """The three unit vectors as rows."""
        axes: np.ndarray = np.stack([self.left, self.posterior, self.superior])
        return axes

    def local(self, points: Points) -> Points:
        """Return patient positions in this frame [mm]."""
        local: np.ndarray = (points - self.origin) @ self.axes.T
        return local

    def to_patient(self, local: Points) -> Points:
        """Return the patient position of points in this frame [mm]."""
        points: np.ndarray = local @ self.axes + self.origin
        return points

    def sagittal_deg(self, normal: Vector) -> float:
        """How far a plane's normal leans back in the sagittal plane [deg]."""
        lean = np.arctan2(normal @ self.posterior, normal @ self.superior)
        return float(np.degrees(lean))

    def coronal_deg(self, normal: Vector) -> float:
        """How far a plane's normal leans to the left in the coronal plane [deg]."""
        lean = np.arctan2(normal @ self.left, normal @ self.superior)
        return float(np.degrees(lean))


def upright(origin: Vector, superior: Vector, back: Vector) -> Frame:
    """Return the frame with this upward axis whose back lies nearest to `back`."""
    superior = unit(superior)
    posterior = unit(back - (back @ superior) * superior)
    return Frame(origin, np.cross(posterior, superior), posterior, superior)


def unit(vector: Vector) -> Vector:
    """Return the vector scaled to length one."""
    scaled: np.ndarray = vector / np.linalg.norm(vector)
    return scaled


@once
def rough_frame(spine: Spine) -> Frame:
    """Return the frame of the whole spine as the header and the labels give it.

    Raises:
        NotMeasurable: The header is doubtful, or nothing but the canal is segmented.
    """
    if spine.doubt:
        raise NotMeasurable(spine.doubt)
    if not spine.stack:
        raise NotMeasurable("no vertebra and no disc is segmented")
    centres = np.stack([part.centroid for part in spine.stack])
    run = centres[0] - centres[-1] if len(centres) > 1 else PATIENT_HEAD
    if np.linalg.norm(run) < LEAST_RUN:
        raise NotMeasurable("the vertebrae and discs do not lie above one another")
    superior = unit(run)
    return upright(centres.mean(axis=0), superior, _back(spine))


def _back(spine: Spine) -> Vector:
    """From the discs, or else the vertebrae, to the canal at their height."""
    parts = list((spine.discs or spine.corpora or spine.vertebrae).values())
    if spine.canal is None or not parts:
        return PATIENT_BACK
    away = [_towards_canal(part, spine.canal) for part in parts]
    seen = [vector for vector in away if vector is not None]
    return unit(np.mean(seen, axis=0)) if seen else PATIENT_BACK


def _towards_canal(part: Structure, canal: Structure) -> Vector | None:
    beside = np.abs((canal.points - part.centroid) @ PATIENT_HEAD) < CANAL_BAND_MM
    if not beside.any():
        return None
    towards: np.ndarray = unit(canal.points[beside].mean(axis=0) - part.centroid)
    return towards


@once
def up_at(spine: Spine, part: Structure) -> Vector:
    """Return the direction towards the head at one structure, along the spine."""
    frame = rough_frame(spine)
    centres = np.array([other.centroid for other in spine.stack])[::-1]
    if len(centres) < 3:
        return frame.superior
    along = np.gradient(centres, axis=0, edge_order=2)
    away = (centres - part.centroid) @ frame.superior
    return unit(along[int(np.abs(away).argmin())])
