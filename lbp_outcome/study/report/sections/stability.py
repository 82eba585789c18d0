"""Whether models of other patients would choose and predict alike."""

from lbp_outcome.study.findings.stability import Stability
from lbp_outcome.study.report.page import Block, Cell, Section, Table, number
from lbp_outcome.study.report.studied import Studied

FEWEST_FOLDS = 0.1
"""Predictors chosen in fewer of the folds are counted, not listed."""

MOST_ROWS = 30


def stability(studied: Studied) -> Section:
    """Return how predictions and choices change with the training patients."""
    found = studied.results.stability
    blocks: list[Block] = [_predictions(studied)]
    chosen = {n: s for n, s in found.items() if _chooses(s)}
    if chosen:
        blocks.append(_choices(studied, chosen))
    return Section(anchor="stability", title="Stability", blocks=tuple(blocks))


def _chooses(found: Stability) -> bool:
    """Whether a model leaves any predictor out in any fold."""
    return any(share < 1 for share in found.chosen.values())


def _predictions(studied: Studied) -> Table:
    unit = "percentage points" if studied.binary else studied.unit
    scale = 1.0 if not studied.binary else 100.0

    def shown(moved: float | None) -> Cell:
        if moved is None:
            return Cell(text="\N{EN DASH}", detail="one repeat only")
        return Cell(text=f"{scale * moved:.1f}")

    return Table(
        caption="The same patient, predicted by models of other training patients: "
        f"mean absolute change from one repeat to another [{unit}]",
        columns=(
            "Model",
            "Average patient",
            "Patient who moves most",
            "Agreement of choices",
        ),
        rows=tuple(
            (
                Cell(text=name),
                shown(found.instability),
                shown(found.worst),
                _agreement(found),
            )
            for name, found in studied.results.stability.items()
        ),
        notes=(
            "Agreement of choices: how alike the predictors chosen in different folds "
            "were; 1 is the same each time, 0 is what chance would give.",
        ),
    )


def _agreement(found: Stability) -> Cell:
    if found.agreement.value is not None:
        return number(found.agreement)
    return Cell(text="\N{EN DASH}", detail=found.agreement.reason)


def _choices(studied: Studied, chosen: dict[str, Stability]) -> Table:
    names = {p.name: p.description or p.name for p in studied.data.view.predictors}
    most = {
        name: max(s.chosen.get(name, 0.0) for s in chosen.values()) for name in names
    }
    listed = sorted(
        (name for name in names if most[name] >= FEWEST_FOLDS),
        key=lambda name: -most[name],
    )[:MOST_ROWS]
    rest = len(names) - len(listed)
    return Table(
        caption="Share of the folds in which each predictor was chosen",
        columns=("Predictor", *chosen),
        rows=tuple(
            (
                Cell(text=names[name]),
                *(
                    Cell(text=f"{100 * found.chosen.get(name, 0.0):.0f} %")
                    for found in chosen.values()
                ),
            )
            for name in listed
        ),
        notes=(
            *(
                (f"{rest} more predictors were chosen rarely or never.",)
                if rest
                else ()
            ),
            "A predictor that is chosen often goes together with the outcome in these "
            "patients; it need not cause it, and one of two that resemble each other "
            "is left out by chance.",
        ),
    )
