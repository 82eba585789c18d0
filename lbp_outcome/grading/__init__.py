"""Grading X-rays: the networks' readings become components, scales and a table."""

from lbp_outcome.grading.cohort import GradedCohort, grade_cohort
from lbp_outcome.grading.films import XrayGrader, grade_files

__all__ = ["GradedCohort", "XrayGrader", "grade_cohort", "grade_files"]
