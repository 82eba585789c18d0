"""Fat in the muscles of people of the same age, sex and body mass: pluggable tables.

No reference equation is publicly at hand. The table built in is made up, so that the
path from a number to its percentile can be tried; it says so wherever it is used. A
table of one's own is a CSV file (`Examination.norms`, `lbp measure --norms FILE`):

    source,muscle,sex,percent,at_age,per_year,at_bmi,per_bmi,sd
    "Name et al. 2027, doi:...",multifidus,male,16.2,45,0.24,24,0.6,6.3

`percent` is the mean fat share on Dixon images at `at_age` and `at_bmi`; `per_year` and
`per_bmi` its rise; `sd` its standard deviation in people alike in these.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Literal

from scipy.special import logit, ndtr

from lbp_outcome.anatomy import LUMBAR_MUSCLES, Muscle
from lbp_outcome.errors import NotMeasurable, UnreadableFile
from lbp_outcome.examination import Person

NUMBERS = ("percent", "at_age", "per_year", "at_bmi", "per_bmi", "sd")
COLUMNS = ("source", "muscle", "sex", *NUMBERS)
LEAST_SHARE = 0.005
"""Shares this near to none or all are taken to be this near, as odds need."""


@dataclass(frozen=True, kw_only=True)
class FatNorm:
    """The fat share of one muscle in a reference group, on Dixon images.

    Attributes:
        source: Who was measured, and where it is published.
        muscle: Which muscle.
        sex: Of whom.
        percent: Mean at `at_age` and `at_bmi` [%].
        at_age: Age that `percent` belongs to [a].
        per_year: Rise of the mean per year [%/a].
        at_bmi: Body mass index that `percent` belongs to [kg/m2].
        per_bmi: Rise of the mean with the body mass index [% per kg/m2].
        sd: Standard deviation in people of the same age and body mass [%].
    """

    source: str
    muscle: Muscle
    sex: Literal["male", "female"]
    percent: float
    at_age: float
    per_year: float
    at_bmi: float
    per_bmi: float
    sd: float

    def expected_percent(self, person: Person) -> float:
        """Return the mean of people like this one [%].

        Raises:
            NotMeasurable: The body mass index counts but is not known.
        """
        rise = self.per_year * (person.age - self.at_age)
        if self.per_bmi:
            if person.bmi is None:
                raise NotMeasurable("the body mass index is not known")
            rise += self.per_bmi * (person.bmi - self.at_bmi)
        return self.percent + rise

    def z(self, percent: float, person: Person) -> float:
        """Return how many standard deviations a fat share lies above people alike.

        Shares are compared as log-odds, so that none falls below 0 or above 100 %: the
        standard deviation is carried over at the mean.
        """
        mean = _within(self.expected_percent(person) / 100)
        spread = self.sd / 100 / (mean * (1 - mean))
        return float((logit(_within(percent / 100)) - logit(mean)) / spread)


ILLUSTRATIVE = "illustrative, synthetic: made up by lbp-outcome, no measured people"
SHARED = {"at_age": 45.0, "at_bmi": 24.0, "per_bmi": 0.6}
BUILT_IN = (
    FatNorm(
        source=ILLUSTRATIVE,
        muscle=Muscle.MULTIFIDUS,
        sex="male",
        percent=16.2,
        per_year=0.24,
        sd=6.3,
        **SHARED,
    ),
    FatNorm(
        source=ILLUSTRATIVE,
        muscle=Muscle.MULTIFIDUS,
        sex="female",
        percent=21.1,
        per_year=0.11,
        sd=6.8,
        **SHARED,
    ),
)
"""Placeholder: no numbers to judge a patient by."""


def norm_of(muscle: Muscle, person: Person, table: Path | None = None) -> FatNorm:
    """Return the norm of a muscle for someone of this sex.

    Args:
        muscle: The muscle.
        person: Whom it belongs to.
        table: Table of norms (CSV), or None for the one built in.

    Raises:
        NotMeasurable: The table does not have it.
        UnreadableFile: The table cannot be read; names the line.
    """
    sex = "male" if person.male else "female"
    norms = BUILT_IN if table is None else read_norms(table)
    for norm in norms:
        if (norm.muscle, norm.sex) == (muscle, sex):
            return norm
    raise NotMeasurable(
        f"there are no reference values for the {muscle.replace('_', ' ')} in the "
        f"table ({norms[0].source})"
    )


def read_norms(table: Path) -> tuple[FatNorm, ...]:
    """Read a table of norms; its columns are described above.

    Raises:
        UnreadableFile: The file is absent, empty, no CSV file or lacks a column, or a
            line does not fit.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            norms = tuple(_norms(csv.DictReader(file, restval=""), table.name))
    except OSError as error:
        raise UnreadableFile(f"{table}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableFile(
            f"{table.name}: this is no table of reference values (CSV text)"
        ) from None
    if not norms:
        raise UnreadableFile(f"{table.name}: the table has no lines")
    return norms


def percentile(z: float) -> float:
    """Return the share of the reference group below a z-score [%].

    >>> percentile(0.0)
    50.0
    """
    return 100 * float(ndtr(z))


def _norms(reader: "csv.DictReader[str]", name: str) -> Iterator[FatNorm]:
    """Every line, of which each muscle and sex has one."""
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise UnreadableFile(f"{name}: no column {', '.join(missing)}")
    seen = set()
    for row in reader:
        norm = _norm(row, f"{name} line {reader.line_num}")
        if (norm.muscle, norm.sex) in seen:
            raise UnreadableFile(
                f"{name} line {reader.line_num}: {norm.muscle}, {norm.sex} stands on "
                f"an earlier line already"
            )
        seen.add((norm.muscle, norm.sex))
        yield norm


def _norm(row: dict[str, str], where: str) -> FatNorm:
    if row["muscle"] not in LUMBAR_MUSCLES:
        known = ", ".join(LUMBAR_MUSCLES)
        raise UnreadableFile(f"{where}: muscle {row['muscle']!r} is none of {known}")
    if row["sex"] not in ("male", "female"):
        raise UnreadableFile(f"{where}: sex is {row['sex']!r}, not male or female")
    if not row["source"]:
        raise UnreadableFile(f"{where}: the source is not named")
    numbers = {name: _number(row[name], name, where) for name in NUMBERS}
    if not 0 < numbers["percent"] < 100 or numbers["sd"] <= 0:
        raise UnreadableFile(f"{where}: percent must lie in 0 to 100, sd above 0")
    return FatNorm(
        source=row["source"],
        muscle=Muscle(row["muscle"]),
        sex="male" if row["sex"] == "male" else "female",
        **numbers,
    )


def _number(text: str | None, name: str, where: str) -> float:
    try:
        number = float(text or "")
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise UnreadableFile(f"{where}: {name} is {text!r}, not a number")
    return number


def _within(share: float) -> float:
    return min(max(share, LEAST_SHARE), 1 - LEAST_SHARE)
