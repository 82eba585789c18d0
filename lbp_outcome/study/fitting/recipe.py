"""What a study file says of a model, as a recipe and as what the model sees."""

from dataclasses import replace

import numpy as np

from lbp_outcome.contracts import ModelRecipe
from lbp_outcome.study.plan import ModelPlan
from lbp_outcome.view import CohortView
from models import MODELS


def recipe_of(plan: ModelPlan) -> ModelRecipe:
    """Return the model's recipe, with the settings that the plan fixes."""
    recipe = MODELS[plan.method]
    fixed = [{**settings, **plan.settings} for settings in recipe.grid]
    distinct = {repr(sorted(settings.items())): settings for settings in fixed}
    return replace(recipe, grid=tuple(distinct.values()))


def seen_by(plan: ModelPlan, view: CohortView) -> CohortView:
    """Return the view with only what this model reads."""
    return view.reading(plan.reads, images="images" in plan.reads)


def seed_of(seed: int, *names: str | int) -> int:
    """Return a seed that depends on every part of the name and on nothing else."""
    words = [seed, *(word for name in names for word in str(name).encode())]
    return int(np.random.SeedSequence(words).generate_state(1)[0] >> 1)
