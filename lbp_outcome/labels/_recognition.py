"""Which scheme a mask was written in: decided when certain, asked otherwise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import InvalidChoice, LbpError, UnknownLabel
from lbp_outcome.image import Image
from lbp_outcome.labels._anatomy import misfit
from lbp_outcome.labels._faults import require_not_scaled
from lbp_outcome.labels._header import spacing_doubt
from lbp_outcome.labels._muscles import misplaced
from lbp_outcome.labels._parts import Kind, boxes_of, listed, ranges, whole_numbers
from lbp_outcome.labels._shelf import LABEL_SCHEMES, LabelScheme

SPINE = (Kind.VERTEBRA, Kind.DISC, Kind.ALL_VERTEBRAE, Kind.ALL_DISCS)

SMALL = set(range(1, 9))
"""Numbers of muscles in one scheme, of vertebrae in others."""

NOT_CHECKED = "its places were not checked, because the header is doubtful"


@dataclass(frozen=True, slots=True)
class Recognition:
    """The scheme that a mask was written in.

    Attributes:
        scheme: The scheme.
        why: What it was recognised by, in one sentence.
    """

    scheme: LabelScheme
    why: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one scheme would read the mask; `wrong` says why it cannot be so."""

    scheme: LabelScheme
    wrong: str
    seen: str = ""


def recognise(
    mask: Image,
    *,
    semantic: Image | None = None,
    lowest: Vertebra | str | None = None,
) -> Recognition:
    """Return the one scheme that explains the labels of a mask and their places.

    Args:
        mask: One label per vertebra and disc.
        semantic: Second mask with one label per kind of tissue, if there is one.
        lowest: Name of the lowest labelled vertebra as the user states it.

    Raises:
        InvalidChoice: Several schemes could be meant, or none; lists them.
        LbpError: The mask is empty, or no mask.
    """
    labels, tissues = _labels(mask), None if semantic is None else _labels(semantic)
    header_lies = bool(spacing_doubt(mask))  # then places prove nothing

    def read(scheme: LabelScheme) -> _Reading:
        try:
            spine = scheme.read_silently(mask, semantic=semantic, lowest=lowest)
        except LbpError as error:
            return _Reading(scheme, str(error))
        seen = f"{_counted(len(spine.vertebrae), 'vertebra', 'vertebrae')} and "
        seen += f"{_counted(len(spine.discs), 'disc', 'discs')} lie in its order"
        if not spine.named:
            return _Reading(scheme, "it names none of these labels a vertebra or disc")
        if header_lies:
            return _Reading(scheme, "", NOT_CHECKED)
        return _Reading(scheme, spine.doubt or misfit(spine), seen)

    known = list(_knowing(labels, tissues))
    if not known and tissues is not None and list(_knowing(tissues, labels)):
        raise InvalidChoice(
            "the two masks are exchanged: the mask of tissues was given as the mask of "
            "vertebrae; exchange them"
        )
    if not known:
        require_not_scaled(mask)
    spines = [s for s in known if s.has(*SPINE)]
    if known and not spines:
        raise InvalidChoice(
            f"{listed(sorted(labels))} muscles of {known[0].name}, no spine; give a "
            f"mask of the vertebrae and discs, and this one beside it (--muscles)"
        )
    return _decided(labels, spines, read)


def recognise_muscles(mask: Image) -> Recognition:
    """Return the one scheme that explains the muscles of a mask and their places.

    Raises:
        InvalidChoice: Several schemes could be meant, or none; lists them.
        LbpError: The mask is empty, or no mask.
    """
    labels = _labels(mask)

    def read(scheme: LabelScheme) -> _Reading:
        try:
            muscles = scheme.read_muscles(mask)
        except LbpError as error:
            return _Reading(scheme, str(error))
        if not muscles:
            return _Reading(scheme, "it names none of these labels a muscle")
        seen = f"{_counted(len(muscles), 'muscle', 'muscles')} lie on their sides"
        return _Reading(scheme, misplaced(muscles), seen)

    known = [s for s in _knowing(labels, None) if s.has(Kind.MUSCLE)]
    if len(known) > 1 or labels & SMALL:
        _require_no_spine(mask, labels)
    return _decided(labels, known, read)


def _require_no_spine(mask: Image, labels: set[int]) -> None:
    """Small numbers may as well be vertebrae."""
    try:
        spine = recognise(mask).scheme
    except UnknownLabel:
        return
    except InvalidChoice as error:
        if "more than one" in str(error):
            raise
        return
    if not spine.has(Kind.MUSCLE):
        raise InvalidChoice(
            f"labels {ranges(labels)} read as vertebrae and discs of scheme "
            f"{spine.name}; state the scheme if they are muscles"
        )


def _labels(mask: Image) -> set[int]:
    labels = set(boxes_of(whole_numbers(mask.values)))
    if not labels:
        raise LbpError("the mask is empty: no voxel carries a label")
    return labels


def _knowing(labels: set[int], tissues: set[int] | None) -> Iterator[LabelScheme]:
    """Every scheme that defines all labels."""
    for scheme in LABEL_SCHEMES.values():
        if labels <= scheme.labels.keys() and (
            tissues is None or tissues <= scheme.tissues.keys()
        ):
            yield scheme


def _decided(
    labels: set[int],
    known: list[LabelScheme],
    read: Callable[[LabelScheme], _Reading],
) -> Recognition:
    readings = [read(scheme) for scheme in known]
    fitting = [reading for reading in readings if not reading.wrong]
    if len(fitting) == 1:
        return _recognition(labels, fitting[0], readings)
    if fitting:
        names = [reading.scheme.name for reading in fitting]
        raise InvalidChoice(
            f"{_all(labels)} can be read in more than one scheme; state which one it "
            f"is (--scheme): {', '.join(names[:-1])} or {names[-1]}?"
        )
    tissue_of = [s.name for s in LABEL_SCHEMES.values() if labels <= s.tissues.keys()]
    if tissue_of:
        raise InvalidChoice(
            f"labels {ranges(labels)} look like the semantic mask of {tissue_of[0]}; "
            f"it goes beside the mask of vertebrae (--semantic)"
        )
    if readings:
        said = "; ".join(f"{r.scheme.name}: {_short(r.wrong)}" for r in readings)
        raise InvalidChoice(
            f"{_all(labels)} would lie where they cannot ({said}); state the scheme, "
            f"or check the header and the mask"
        )
    raise UnknownLabel(_nobody(labels))


def _recognition(
    labels: set[int], one: _Reading, readings: list[_Reading]
) -> Recognition:
    others = [reading for reading in readings if reading is not one]
    ruled = "; ".join(f"in {r.scheme.name}, {_short(r.wrong)}" for r in others)
    only = f"no other scheme has labels {ranges(labels)}"
    why = f"{one.seen} ({ruled})" if others else f"{only}, and {one.seen}"
    return Recognition(one.scheme, f"recognised as {one.scheme.name}: {why}")


def _nobody(labels: set[int]) -> str:
    """Name the scheme that comes nearest, and the labels it does not have."""
    schemes = sorted(LABEL_SCHEMES.values(), key=lambda scheme: not scheme.has(*SPINE))
    strange = {s.name: labels - s.labels.keys() for s in schemes}
    near = min(strange, key=lambda name: len(strange[name]))
    if not strange[near]:
        return f"{_all(labels)} belong to {near}, but do not show what is asked for"
    if strange[near] == labels:
        return f"labels {ranges(labels)} belong to no scheme: {', '.join(strange)}"
    return (
        f"labels {ranges(labels)} belong to no scheme; {near} comes nearest but does "
        f"not have {ranges(strange[near])}"
    )


def _short(reason: str) -> str:
    """Leave out what to do about it: that is for the scheme that was stated."""
    return reason.partition(": ")[0].partition("; ")[0]


def _all(labels: set[int]) -> str:
    return f"label{'s' if len(labels) > 1 else ''} {ranges(labels)}"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
