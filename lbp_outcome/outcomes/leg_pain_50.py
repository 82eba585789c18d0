"""At least 50 % less leg pain."""

from lbp_outcome.outcomes import OUTCOMES
from lbp_outcome.outcomes._pain import pain_halved

LEG_PAIN_50 = OUTCOMES.add(pain_halved("leg"))
