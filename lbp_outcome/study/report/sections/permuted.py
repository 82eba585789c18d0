"""That nothing is found where there is nothing to find."""

from lbp_outcome.study.report.page import Cell, Section, Table, Text
from lbp_outcome.study.report.sections.performance import headline_estimate
from lbp_outcome.study.report.studied import Studied


def permuted(studied: Studied) -> Section:
    """Return what each model reaches where outcomes were dealt out at random."""
    found = studied.results.permuted
    title = "Where outcomes are dealt out at random"
    if not any(found.values()):
        why = Text(text="The plan asks for no permutations.", soft=True)
        return Section(anchor="permuted", title=title, blocks=(why,))
    what = "AUC" if studied.binary else "R²"
    table = Table(
        caption=f"{what} of the whole procedure, refitted to outcomes without meaning",
        columns=(
            "Model",
            "With the true outcomes",
            "At random: mean",
            "Lowest to highest",
            "As good or better at random",
        ),
        rows=tuple(_row(studied, n, values) for n, values in found.items() if values),
        notes=(
            f"The mean should lie at {'0.5' if studied.binary else 'or below 0'}: if "
            "not, something leaks from the patients that are predicted to those that "
            "are learned from. The last column is a permutation p value, but so few "
            "permutations can show no small one; the intervals above say more.",
        ),
    )
    return Section(anchor="permuted", title=title, blocks=(table,))


def _row(studied: Studied, name: str, values: tuple[float, ...]) -> tuple[Cell, ...]:
    true = headline_estimate(studied, name)
    reached = 0.0 if true.value is None else true.value
    as_good = sum(value >= reached - 1e-12 for value in values)
    return (
        Cell(text=name),
        Cell(text="\N{EN DASH}" if true.value is None else f"{true.value:.2f}"),
        Cell(text=f"{sum(values) / len(values):.2f}"),
        Cell(text=f"{min(values):.2f} to {max(values):.2f}"),
        Cell(text=f"{as_good} of {len(values)}"),
    )
