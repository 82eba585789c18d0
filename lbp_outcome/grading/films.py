"""Grading the X-rays of one patient."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.errors import InvalidChoice, NotMeasurable, UnreadableFile
from lbp_outcome.grading.drawing import DRAWS
from lbp_outcome.grading.levels import UnsureLevel, unsure_levels
from lbp_outcome.io.radiographs import read_radiograph
from lbp_outcome.measurements import write_measurements
from lbp_outcome.measurements._files import subject_of
from lbp_outcome.measurements._table import require_table_name
from lbp_outcome.radiographs import RadiographLevel, cobb_deg, level_rows
from lbp_outcome.records import Measurement
from lbp_outcome.units import Unit
from models._levels.weights import WEIGHTS
from models._xray.film import standard_film
from models._xray.reading import FilmReader, FilmReading
from models._xray.weights import VIEWS, read_reader

log = logging.getLogger(__name__)

NAMES = LUMBAR_DISCS[::-1]
NAMING = "counted from the sacrum, the lowest disc taken for L5-S1"
DOUBT = "read by a network that was trained on simulated films alone"
SEED = 0
LIKELY = (5, 95)
NOT_FOUND = "this disc is not found on any film"
NO_BACK = "the network has seen no osteophytes at the back: simulated spines grow none"

Film = tuple[Float[np.ndarray, "_ _"], tuple[float, float]]


class XrayGrader:
    """Reads lateral and frontal X-rays of the lumbar spine and grades every disc.

    Args:
        folder: Folder of weights; by default those that come with the package.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        self.readers: dict[str, FilmReader] = {
            view: read_reader(view, folder) for view in VIEWS
        }

    @cached_property
    def errors(self) -> dict[str, list[float]]:
        """Errors of lengths and angles on films set aside, by view (SD)."""
        return {view: reader.errors.tolist() for view, reader in self.readers.items()}

    def read(self, view: str, film: Film) -> FilmReading:
        """Return what one film shows.

        Raises:
            InvalidChoice: There is no such view, or the film is no picture.
            NotMeasurable: No disc is found on it.
        """
        if view not in self.readers:
            raise InvalidChoice(f"view {view!r}: an X-ray is lateral or frontal")
        with torch.random.fork_rng(devices=[]):
            found = self.readers[view].read(standard_film(*film))
        if not len(found.corners):
            raise NotMeasurable(
                f"no lumbar disc is found on the {view} film; is it one, bones bright, "
                f"head up and, if lateral, facing left?"
            )
        return found

    def grade(
        self, lateral: Film | None, frontal: Film | None = None
    ) -> tuple[Measurement, ...]:
        """Return the components and grades of every disc, and Cobb's angle.

        Each of 100 equally likely versions of a disc's components goes through the
        tables of the scales; a grade is the mean of theirs, rounded. The remark of a
        number holds the interval in which it lies with a chance of 90 %, as far as the
        network knows.

        Args:
            lateral: Grey values and pixel size [mm] of the lateral film, or None.
            frontal: The same of the frontal film, or None.

        Raises:
            InvalidChoice: There is no film, or it is no picture.
            NotMeasurable: No disc is found on any.
        """
        readings = list(self._readings({"lateral": lateral, "frontal": frontal}))
        levels = unsure_levels(readings, self.errors, np.random.default_rng(SEED))
        rows = [
            row for number, level in enumerate(levels) for row in _of(number, level)
        ]
        for disc in NAMES[len(levels) :]:
            lost = level_rows(RadiographLevel(), disc)
            rows += [replace(row, reason=NOT_FOUND) for row in lost]
        return tuple(map(_marked, (*rows, self._cobb(readings))))

    def _readings(self, films: Mapping[str, Film | None]) -> Iterator[FilmReading]:
        """What each film shows; one of two on which nothing is found is left out."""
        given = {view: film for view, film in films.items() if film is not None}
        if not given:
            raise InvalidChoice("there is neither a lateral nor a frontal X-ray")
        unread = []
        for view, film in given.items():
            try:
                yield self.read(view, film)
            except NotMeasurable as error:
                unread.append(error)
                if len(unread) == len(given):
                    raise
                log.warning("%s", error)

    def _cobb(self, readings: Sequence[FilmReading]) -> Measurement:
        """The angle of the side bend, from the frontal film."""
        try:
            corners = {reading.view: reading.corners for reading in readings}["frontal"]
            angle, reason = cobb_deg(corners), ""
        except KeyError:
            angle, reason = None, "no frontal X-ray was read"
        except NotMeasurable as error:
            angle, reason = None, str(error)
        row = Measurement(
            name="xray_cobb_deg", value=angle, unit=Unit.DEGREE, reason=reason
        )
        if angle is None:
            return row
        half = 1.645 * self.errors["frontal"][0]
        return replace(row, remark=_interval(max(angle - half, 0.0), angle + half))


def grade_files(
    lateral: Path,
    frontal: Path | None = None,
    *,
    out: Path | None = None,
    subject: str | None = None,
    grader: XrayGrader | None = None,
) -> tuple[Measurement, ...]:
    """Grade the X-rays of one patient, and write the table if asked to.

    Args:
        lateral: Lateral X-ray: PNG with its pixel size beside it, NIfTI or DICOM.
        frontal: Frontal X-ray of the same patient.
        out: Table to write, .csv, .tsv or .parquet.
        subject: Name for the subject column; by default from the file name.
        grader: The reader, if it is loaded already.

    Raises:
        LbpError: A file cannot be read or is no X-ray of a lumbar spine; names it.
    """
    if out is not None:
        require_table_name(out)
    grader = grader or XrayGrader()
    films = [
        None if path is None else read_radiograph(path) for path in (lateral, frontal)
    ]
    try:
        found = grader.grade(*films)
    except (InvalidChoice, NotMeasurable) as error:
        names = " and ".join(path.name for path in (lateral, frontal) if path)
        raise UnreadableFile(f"{names}: {error}") from None
    if out is not None:
        name = subject or subject_of(lateral.name).removesuffix(lateral.suffix)
        write_measurements(out, name, found)
    return found


def _of(number: int, level: UnsureLevel) -> Iterator[Measurement]:
    """The rows of one disc: lengths as read, grades as the tables give the draws."""
    disc = NAMES[number]
    drawn = [level_rows(level.level(draw), disc) for draw in range(DRAWS)]
    for column, row in enumerate(level_rows(level.level(), disc)):
        values = [rows[column].value for rows in drawn]
        known = [value for value in values if value is not None]
        if row.value is None or len(known) < len(values):
            yield row
            continue
        # of all single grades the mean disagrees least, by the square
        value = float(np.rint(np.mean(known))) if row.unit is Unit.SCORE else row.value
        between = _interval(*np.percentile(known, LIKELY, method="nearest"))
        remark = "; ".join(filter(None, (between, row.remark)))
        yield replace(row, value=value, remark=remark)


def _interval(low: float, high: float) -> str:
    return f"90 % interval {low:.2f} to {high:.2f}"


def _marked(row: Measurement) -> Measurement:
    """Say what the names rest on and what speaks against the number."""
    if row.value is None:
        back = row.name == "xray_osteophyte_back_mm"
        return replace(row, reason=NO_BACK) if back else row
    return replace(row, doubt=DOUBT, naming=NAMING if row.level else "")
