"""Age, sex and body mass index, on which reference values depend."""

import pandas as pd

from lbp_outcome.cohort.folder import Cohort
from lbp_outcome.examination import Person

WANTED = ("age", "sex", "bmi")
MEN = {"M": True, "F": False}


def person_of(cohort: Cohort, patient: str) -> Person | None:
    """Return what the tables say of a patient; None without age or sex."""
    table = cohort.participants
    cells = {name: table[name][patient] for name in WANTED if name in table}
    known = {name: cell for name, cell in cells.items() if not pd.isna(cell)}
    if "age" not in known or known.get("sex") not in MEN:
        return None
    bmi = float(known["bmi"]) if "bmi" in known else None
    return Person(age=float(known["age"]), male=MEN[known["sex"]], bmi=bmi)
