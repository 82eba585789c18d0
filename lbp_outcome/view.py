"""What a model may see of some patients, and nothing else.

A view holds the predictors that the study file names, the outcome, and the images
as a network wants them. It knows no file paths, no other columns and no folds.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float, Float32, Int

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.units import Unit

CROP_SHAPE = (12, 128, 64)
"""Voxels (left, posterior, superior) of a level crop, 4 x 0.75 x 0.75 mm each."""

RADIOGRAPH_SHAPE = (128, 96)
"""Pixels (row, column) of a radiograph as a network sees it."""

VOLUME_SHAPE = (20, 128, 160)
"""Voxels (left, posterior, superior) of a whole volume, 4 x 2 x 2 mm each."""

MODALITIES = ("mri", "radiograph", "frontal")
"""What images a patient may have: MR, lateral X-ray, frontal X-ray."""

WEIGHTINGS = ("t2", "t1")
"""MR images of one examination, in the order of a network's channels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """One column of the table of predictors.

    Attributes:
        name: Column name, for example `age` or `disc_height_mm.min`.
        unit: Unit of its numbers.
        group: Where it comes from: `clinical` or `measurements`.
        description: One sentence that a clinician understands.
        indicator: Whether 1 means yes and 0 means no.
    """

    name: str
    unit: Unit
    group: str = "clinical"
    description: str = ""
    indicator: bool = False

    def shown(self, value: float) -> str:
        """Return a value as it is printed.

        >>> Predictor(name="age", unit=Unit.YEAR).shown(61.0)
        '61 years'
        >>> Predictor(name="smoker", unit=Unit.RATIO, indicator=True).shown(1.0)
        'yes'
        """
        if math.isnan(value):
            return "missing"
        if self.indicator and value in (0, 1):
            return "yes" if value else "no"
        return self.unit.shown(value)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LevelCrop:
    """The MR image around one disc, resampled in the disc's own frame.

    Attributes:
        values: Intensities scaled by the patient's own tissue, zero outside the scan.
            Axes run towards the patient's left, posterior and superior.
        affine: Maps the crop's voxel index to patient space, RAS+ [mm].
        t1: The same place on the T1 image, scaled in the same way; None without one.
    """

    values: Float32[np.ndarray, "left posterior superior"]
    affine: Float[np.ndarray, "4 4"]
    t1: Float32[np.ndarray, "left posterior superior"] | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WholeVolume:
    """A whole sagittal MR image, resampled along the patient's own axes.

    Attributes:
        values: Intensities scaled by the image's own 95th percentile, zero outside the
            scan. Axes run towards the patient's left, posterior and superior.
        affine: Maps the voxel index to patient space, RAS+ [mm].
    """

    values: Float32[np.ndarray, "left posterior superior"]
    affine: Float[np.ndarray, "4 4"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PatientImages:
    """The images of one patient as a network sees them.

    Attributes:
        levels: One crop per disc that could be located.
        radiograph: Lateral X-ray of fixed size scaled to mean 0 and SD 1, or None;
            rows run down, columns run towards the patient's back.
        absent: Why a modality (`mri`, `radiograph`, `frontal`) is missing.
        volumes: Whole MR images (`t2`, `t1`) on one grid, where they were asked for.
        frontal: Frontal X-ray, as the lateral one; columns run towards the patient's
            left. None without one, or where it was not asked for.

    Raises:
        UnknownName: A modality is none of those.
    """

    levels: Mapping[Disc, LevelCrop] = field(default_factory=dict)
    radiograph: Float32[np.ndarray, "row column"] | None = None
    absent: Mapping[str, str] = field(default_factory=dict)
    volumes: Mapping[str, WholeVolume] = field(default_factory=dict)
    frontal: Float32[np.ndarray, "row column"] | None = None

    def __post_init__(self) -> None:
        for kind, given, known in (
            ("modality", self.absent, MODALITIES),
            ("MR weighting", self.volumes, WEIGHTINGS),
        ):
            for name in given:
                if name not in known:
                    raise UnknownName(kind, name, known)


@dataclass(frozen=True, eq=False, kw_only=True)
class CohortView:
    """The predictors, images and outcome of some patients, in one order.

    Attributes:
        patients: Pseudonyms.
        predictors: What the columns of `table` are.
        table: One row per patient; NaN where a value is missing.
        outcome: 1 for the named outcome and 0 for none (or a continuous outcome);
            None where it is to be predicted.
        margin: By how much each patient passes or misses a yes-or-no outcome; 0 or
            more is a yes. None where its definition has no such number.
        companions: Other outcomes of the same patients, by name, which a network may
            learn beside its own; NaN where one is not known. Never predictors.
        images: Images by patient, decoded when asked for; empty in a table-only study.
        levels: The discs of which networks see a crop, from the head down.

    Raises:
        InvalidChoice: The parts disagree about who the patients are.
    """

    patients: tuple[str, ...]
    predictors: tuple[Predictor, ...]
    table: Float[np.ndarray, "patients predictors"]
    outcome: Float[np.ndarray, " patients"] | None = None
    margin: Float[np.ndarray, " patients"] | None = None
    companions: Mapping[str, Float[np.ndarray, " patients"]] = field(
        default_factory=dict
    )
    images: Mapping[str, PatientImages] = field(default_factory=dict)
    levels: tuple[Disc, ...] = ()

    def __post_init__(self) -> None:
        expected = (len(self.patients), len(self.predictors))
        if self.table.shape != expected:
            raise InvalidChoice(f"The table is {self.table.shape}, not {expected}.")
        if len(set(self.patients)) != len(self.patients):
            raise InvalidChoice("A patient stands twice in one view.")
        for name, values in self.companions.items():
            if len(values) != len(self.patients):
                raise InvalidChoice(
                    f"The companion {name!r} is of {len(values)} patients, not "
                    f"{len(self.patients)}."
                )

    def __len__(self) -> int:
        return len(self.patients)

    def take(self, rows: Sequence[int] | np.ndarray) -> "CohortView":
        """Return the view of the patients in these rows."""
        rows = np.asarray(rows, dtype=int)
        return replace(
            self,
            patients=tuple(self.patients[row] for row in rows),
            table=self.table[rows],
            outcome=None if self.outcome is None else self.outcome[rows],
            margin=None if self.margin is None else self.margin[rows],
            companions={name: of[rows] for name, of in self.companions.items()},
        )

    def drawn(self, rows: Sequence[int] | np.ndarray) -> "CohortView":
        """Return the patients in these rows, some of them more than once.

        Copies of a patient are told apart by a number: `sub-1`, `sub-1#2`.
        """
        rows = np.asarray(rows, dtype=int)
        if len(np.unique(rows)) == len(rows):
            return self.take(rows)
        seen: Counter[str] = Counter()
        names: dict[str, str] = {}
        for row in rows:
            patient = self.patients[row]
            seen[patient] += 1
            copy = f"{patient}#{seen[patient]}" if seen[patient] > 1 else patient
            names[copy] = patient
        return replace(
            self,
            patients=tuple(names),
            table=self.table[rows],
            outcome=None if self.outcome is None else self.outcome[rows],
            margin=None if self.margin is None else self.margin[rows],
            companions={name: of[rows] for name, of in self.companions.items()},
            images={
                copy: self.images[patient]
                for copy, patient in names.items()
                if patient in self.images
            },
        )

    def reading(self, groups: Sequence[str], *, images: bool) -> "CohortView":
        """Return the view with only these groups of predictors, and images or none."""
        keep = [i for i, item in enumerate(self.predictors) if item.group in groups]
        return replace(
            self,
            predictors=tuple(self.predictors[i] for i in keep),
            table=self.table[:, keep],
            images=self.images if images else {},
            levels=self.levels if images else (),
        )

    def dealt(self, order: Int[np.ndarray, " patients"]) -> "CohortView":
        """Return the same patients, each with the outcome of the patient in `order`."""
        return replace(
            self,
            outcome=None if self.outcome is None else self.outcome[order],
            margin=None if self.margin is None else self.margin[order],
            companions={name: of[order] for name, of in self.companions.items()},
        )

    def without_outcome(self) -> "CohortView":
        """Return the same patients with the outcome hidden, as for a prediction."""
        return replace(self, outcome=None, margin=None, companions={})
