"""The waist of a vertebral body: its cross-section half way between the ends."""

from lbp_outcome.geometry.frame import Vector
from lbp_outcome.spine import Structure

FROM, TO = 0.33, 0.5
"""The lower half of the middle third, as shares of the height from below: osteophytes
begin further out, and pedicles leave the body further up."""


def waist_centre(body: Structure, upward: Vector) -> Vector:
    """Return the middle of a vertebral body's cross-section at its waist [mm].

    Osteophytes and what is left of the pedicles widen a body near its ends; half way
    between them it shows where its axis runs.

    Args:
        body: A vertebral body.
        upward: Unit vector along its axis.
    """
    along = body.points @ upward
    low, high = along.min(), along.max()
    near = (along >= low + FROM * (high - low)) & (along <= low + TO * (high - low))
    if not near.any():  # one or two layers of voxels
        return body.centroid
    centre: Vector = body.points[near].mean(axis=0)
    return centre
