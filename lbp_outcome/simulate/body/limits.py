"""Refusing what no body can be: a shape that exists is a possible one."""

from math import inf

from lbp_outcome.errors import InvalidChoice

LENGTH = (0.0, inf)
SHARE = (0.0, 1.0)


def require_within(shape: object, **limits: tuple[float, float]) -> None:
    """Refuse a shape of which a number lies outside its limits.

    Args:
        shape: The record.
        **limits: Least and greatest value by attribute; a pair of numbers is checked
            one by one.

    Raises:
        InvalidChoice: A number is out of bounds; names the shape and the attribute.
    """
    for name, (low, high) in limits.items():
        value = getattr(shape, name)
        for number in value if isinstance(value, tuple) else (value,):
            if not low <= number <= high:
                bounds = f"at least {low:g}" if high == inf else f"{low:g} to {high:g}"
                raise InvalidChoice(
                    f"{type(shape).__name__}: {name} = {number:g}: must be {bounds}."
                )
