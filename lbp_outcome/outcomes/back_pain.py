"""How much back pain there is at the horizon."""

from lbp_outcome.outcomes import OUTCOMES
from lbp_outcome.outcomes._pain import pain_at_horizon

BACK_PAIN = OUTCOMES.add(pain_at_horizon("back"))
