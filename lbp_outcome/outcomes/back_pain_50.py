"""At least 50 % less back pain."""

from lbp_outcome.outcomes import OUTCOMES
from lbp_outcome.outcomes._pain import pain_halved

BACK_PAIN_50 = OUTCOMES.add(pain_halved("back"))
