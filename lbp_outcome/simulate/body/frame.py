"""A place and a direction in the patient: the coordinates of one bone or disc."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, eq=False)
class Frame:
    """Right-handed axes that run towards the patient's right, front and head.

    Attributes:
        origin: Position in the patient [mm, RAS+].
        axes: Unit vectors as rows: right, anterior, superior.
    """

    origin: Float[np.ndarray, "3"]
    axes: Float[np.ndarray, "3 3"]

    @classmethod
    def tilted(
        cls, origin: Float[np.ndarray, "3"], forward_deg: float, right_deg: float = 0.0
    ) -> "Frame":
        """Return axes whose upward direction leans forward and to the right [deg]."""
        forward, right = np.radians([forward_deg, right_deg])
        cf, sf, cr, sr = np.cos(forward), np.sin(forward), np.cos(right), np.sin(right)
        axes = [[cr, -sr * sf, -sr * cf], [0.0, cf, -sf], [sr, cr * sf, cr * cf]]
        return cls(np.asarray(origin, dtype=float), np.array(axes))

    @classmethod
    def patient(cls) -> "Frame":
        """Return the axes of the patient: scan coordinates themselves."""
        return cls(np.zeros(3), np.eye(3))

    @property
    def anterior(self) -> Float[np.ndarray, "3"]:
        """Unit vector towards the front."""
        row: np.ndarray = self.axes[1]
        return row

    @property
    def superior(self) -> Float[np.ndarray, "3"]:
        """Unit vector towards the head."""
        row: np.ndarray = self.axes[2]
        return row

    def at(
        self, right: float = 0.0, anterior: float = 0.0, superior: float = 0.0
    ) -> Float[np.ndarray, "3"]:
        """Return the patient position [mm] of a point given in these axes."""
        point: np.ndarray = (
            self.origin + np.array([right, anterior, superior]) @ self.axes
        )
        return point

    def turned(self, about: Float[np.ndarray, "3"], forward_deg: float) -> "Frame":
        """Return the frame after the patient leans forward about a point [deg]."""
        turn = Frame.tilted(np.zeros(3), forward_deg).axes
        return Frame(about + (self.origin - about) @ turn, self.axes @ turn)

    def moved(
        self, right: float = 0.0, anterior: float = 0.0, superior: float = 0.0
    ) -> "Frame":
        """Return the same axes at another origin, given in these axes [mm]."""
        return Frame(self.at(right, anterior, superior), self.axes)
