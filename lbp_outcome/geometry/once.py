"""Remember what was worked out for a spine or an examination, to share it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.spine import Spine

Given = ParamSpec("Given")
Result = TypeVar("Result")


def once(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Work a result out once per spine, also when the result is a refusal.

    The first argument is the spine, or the examination where images count; the others
    must be hashable.
    """

    @wraps(function)
    def remembered(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        whole, *rest = args
        assert isinstance(whole, Spine | Examination)
        key = (function.__module__, function.__qualname__, *rest, *kwargs.items())
        if key not in whole.memory:
            try:
                whole.memory[key] = function(*args, **kwargs)
            except NotMeasurable as refusal:
                whole.memory[key] = refusal
        found = whole.memory[key]
        if isinstance(found, NotMeasurable):
            raise NotMeasurable(str(found))
        result: Result = found
        return result

    return remembered
