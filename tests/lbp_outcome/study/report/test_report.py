"""A report says what was found, how sure it is, and what it cannot say."""

import json
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pandas as pd
import pytest

from lbp_outcome import BANNER
from lbp_outcome.statistics.discrimination import weighted_auc_within_folds
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.nadeau_bengio import compare_across_folds
from lbp_outcome.study.findings.measures import BINARY, CONTINUOUS, definitions
from lbp_outcome.study.findings.performance_table import performance_table
from lbp_outcome.study.findings.results_json import results_json
from lbp_outcome.study.report.page import Glance, write_page
from lbp_outcome.study.report.sections.checks import checks
from lbp_outcome.study.report.sections.increment import verdict, what_it_can_show
from lbp_outcome.study.report.sections.missing_data import missing_data
from lbp_outcome.study.report.sections.patients import patients
from lbp_outcome.study.report.sections.reproducibility import plan_text, validation
from lbp_outcome.study.report.sections.subgroups import subgroups
from lbp_outcome.study.report.sections.table_one import characteristics
from lbp_outcome.study.report.sections.top import top
from lbp_outcome.study.report.sections.tripod import tripod_items
from lbp_outcome.study.report.study_report import study_report
from lbp_outcome.study.report.writing import write_study


@pytest.fixture(scope="session")
def written(finished, tmp_path_factory):
    """Folder of each study, written once."""
    home = tmp_path_factory.mktemp("written")
    for name, studied in finished.items():
        (home / name).mkdir()
        write_study(home / name, studied)
    return home


@pytest.fixture(scope="session")
def pages(finished):
    """What the report of each study states."""
    return {name: study_report(studied) for name, studied in finished.items()}


@pytest.fixture
def page(pages, studied):
    return pages[studied.plan.name]


@pytest.fixture
def folder(written, studied):
    return written / studied.plan.name


@pytest.fixture
def html(folder):
    return (folder / "report.html").read_text("utf-8")


@pytest.fixture
def words(html):
    return plain(html)


def plain(html):
    body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    text = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))
    return text.replace("( ", "(").replace("\N{MINUS SIGN}", "-")


def real(studied):
    cohort = replace(studied.data.cohort, simulated=False)
    cards = {n: replace(card, simulated=False) for n, card in studied.cards.items()}
    return replace(studied, data=replace(studied.data, cohort=cohort), cards=cards)


def said(block):
    """All that a table or a section says."""
    rows = [row for part in getattr(block, "blocks", [block]) for row in rows_of(part)]
    return [[f"{cell.text} {cell.detail}".strip() for cell in row] for row in rows]


def rows_of(block):
    return getattr(block, "rows", ())


def test_banner_base_rate_and_headline_come_before_the_contents(words, studied):
    before = words[: words.index("Contents")]
    assert before.count(BANNER) == 1
    assert "interval" in before
    base = studied.results.base_rate
    if studied.binary:
        assert f"{100 * base.value:.0f} % base rate" in before
    else:
        assert f"{base.value:.1f} mm mean outcome" in before
    assert before.index("tells nobody apart") > before.index("gain")


def test_the_headline_is_the_gain_with_its_interval_and_its_sentence(finished):
    studied = finished["gain"]
    headline = studied.results.headline
    first = top(studied)[0]
    gain = compare_across_folds(
        studied.found["boosted"], studied.found["clinical"], weighted_auc_within_folds
    ).difference
    assert float(first.big) == pytest.approx(gain.estimate, abs=0.005)
    assert f"{gain.low:+.2f} to {gain.high:+.2f}" in first.label
    assert first.text.startswith(headline.sentence)


def test_where_no_model_reads_more_the_report_says_that_nothing_is_said(finished):
    first = top(finished["held_out"])[0]
    assert isinstance(first, Glance)
    assert "No model of this study reads more" in first.title


def test_every_link_leads_to_a_place_on_the_page(html):
    places = set(re.findall(r'id="([^"]+)"', html))
    links = set(re.findall(r'href="#([^"]+)"', html))
    assert links
    assert links - {"net-benefit"} <= places
    assert set(re.findall(r'href="([^"]+)"', html)) == {f"#{link}" for link in links}


def test_no_patient_and_no_place_on_disk_is_named(html, studied):
    assert not re.search(r"sub-\d", html)
    assert "/secret/place" not in html
    assert str(studied.plan.cohort.parent) not in html


def test_every_number_of_the_table_is_printed_with_its_interval(words, studied):
    measures = BINARY if studied.binary else CONTINUOUS
    for found in studied.results.performance.values():
        for measure in measures:
            estimate = getattr(found, measure.key)
            if estimate.value is not None:
                assert estimate.shown(measure.digits) in words
            else:
                assert f"({estimate.reason})" in words


def test_every_measure_is_explained(words, studied):
    for measure in BINARY if studied.binary else CONTINUOUS:
        assert measure.reading in words


def test_no_number_has_six_digits(words):
    outside = re.sub(
        r"How it was done.*?TRIPOD", "", words[: words.index("0123456789")]
    )
    assert not re.search(r"\d\.\d{5}", outside)


def test_simulated_data_are_called_so_and_real_ones_are_not(finished, tmp_path):
    studied = finished["pain"]
    for called, version in ((True, studied), (False, real(studied))):
        write_page(tmp_path / "page.html", study_report(version))
        text = plain((tmp_path / "page.html").read_text("utf-8")).replace(BANNER, "")
        assert ("Simulated data" in text) == called
        assert ("no number here describes real ones" in text) == called
        assert ("not applicable: simulated data" in text) == called


def test_the_flow_adds_up(studied):
    found = results_json(studied)
    assert found["patients"] + found["excluded"] == len(studied.data.cohort.patients)
    assert sum(found["excluded_by_reason"].values()) == found["excluded"]
    assert found["judged"] <= found["patients"]


def test_held_out_patients_are_told_from_those_learned_from(finished):
    studied = finished["held_out"]
    sites = studied.data.cohort.participants["site"]
    members = int((sites[list(studied.data.view.patients)] == "A").sum())
    text = " ".join(block.text for block in patients(studied).blocks[1:])
    assert f"that of {members} patients who were held out" in text
    assert "The hospital A (site) was predicted" in validation(studied)


def test_table_one_describes_the_analysed_patients_by_outcome(finished):
    studied = finished["gain"]
    table = characteristics(studied)
    ages = studied.data.view.table[:, 0]
    with_it = ages[studied.data.view.outcome == 1]
    first = table.rows[0]
    assert first[0].text == "Age at surgery [years]"
    assert first[2].text == f"{with_it.mean():.1f} ({with_it.std(ddof=1):.1f})"
    assert table.columns[2].endswith(str(len(with_it)))
    assert not re.search(r"\bp\b", " ".join(table.columns))


@pytest.mark.parametrize(
    ("smokers", "shown"),
    [
        ((0, 1, *range(30, 50)), ["22 (37 %)", "withheld", "withheld"]),
        (range(58), ["all but < 5", "withheld", "withheld"]),
        ((0, 31), ["< 5", "withheld", "withheld"]),
        ((*range(10), *range(30, 50)), ["30 (50 %)", "10 (33 %)", "20 (67 %)"]),
        ((), ["0 (0 %)", "0 (0 %)", "0 (0 %)"]),
    ],
    ids=["few with", "few do not", "few in all", "enough", "nobody"],
)
def test_a_small_cell_of_table_one_can_neither_be_read_nor_worked_out(
    invent, finished, smokers, shown
):
    study = invent(patients=60)
    study.outcome = np.repeat([1.0, 0.0], 30)
    cells = np.full(60, "0")
    cells[[*smokers]] = "1"
    study.participants["smoker"] = cells
    table = characteristics(replace(finished["gain"], data=study.before().data))
    row = next(row for row in table.rows if row[0].text.startswith("Smokes"))
    assert [cell.text for cell in row[1:4]] == shown


def test_missing_predictors_are_counted_with_their_reasons(finished):
    studied = finished["gain"]
    gaps = np.isnan(studied.data.view.table)
    text = missing_data(studied).blocks[0].text
    assert text.startswith(f"{(~gaps.any(axis=1)).sum()} of {len(gaps)} ")
    shown = {row[0].text for row in rows_of(missing_data(studied).blocks[1])}
    lacking = {
        p.description
        for p, n in zip(studied.data.view.predictors, gaps.sum(axis=0), strict=True)
        if n
    }
    assert shown == lacking


def test_every_model_of_the_plan_is_in_every_table_of_models(studied, page):
    names = {*studied.plan.names}
    sections = {section.anchor: section for section in page.sections}
    for anchor in ("models", "performance", "stability"):
        table = next(block for block in sections[anchor].blocks if rows_of(block))
        assert {row[0].text for row in table.rows} == names, anchor
    assert {"base_rate", "average"} & names


def test_every_check_is_listed_with_what_it_says(studied):
    rows = said(checks(studied))
    assert len(rows) == len(studied.verdicts)
    for verdict_, row in zip(studied.verdicts, rows, strict=True):
        assert row[0] == f"{verdict_.check.code} {verdict_.check.name}"
        assert verdict_.status in row[2]
        assert all(finding in row[3] for finding in verdict_.findings)


def test_failed_checks_are_told_before_anything_else(studied):
    failed = [str(v) for v in studied.verdicts if v.status == "failed"]
    notes = [item for block in top(studied)[2:] for item in block.items]
    assert notes == failed


def test_subgroups_of_few_patients_keep_their_counts(finished):
    studied = finished["gain"]
    for row in said(subgroups(studied)):
        if len(row) == 1:
            continue
        for cell in row[1:3]:
            assert not re.fullmatch(r"[1-4]", cell), row


def test_the_checklist_has_all_52_parts_of_27_items_and_sound_pointers(studied, page):
    items = tripod_items(studied)
    assert len(items) == 52
    assert {int(re.match(r"\d+", item.number)[0]) for item in items} == {*range(1, 28)}
    anchors = {section.anchor for section in page.sections}
    assert {item.anchor for item in items} - {""} <= anchors
    for item in items:
        assert item.answer
        if item.status == "authors":
            assert item.answer.startswith("to be written by the authors: ")
        if item.status == "filled":
            assert "authors" not in item.answer


def test_what_only_people_know_is_asked_of_the_authors_for_real_patients(finished):
    simulated = {item.number: item for item in tripod_items(finished["pain"])}
    asked = {item.number: item for item in tripod_items(real(finished["pain"]))}
    for part in ("3c", "5b", "6a", "6c", "8c", "17", "19"):
        assert simulated[part].answer == "not applicable: simulated data"
        assert asked[part].status == "authors"


def test_association_is_not_called_cause_and_nothing_is_recommended(words):
    assert "what goes together, not what causes what" in words
    assert "Nothing here says what would have happened without surgery" in words
    assert not re.search(
        r"recommend|advisable|should (be )?operate|benefits from", words
    )


def test_the_plan_is_printed_whole_but_not_where_files_lie(studied):
    text = plan_text(studied)
    assert "cohort: cohort\n" in text
    for name in studied.plan.names:
        assert f"name: {name}" in text
    assert str(studied.plan.cohort.parent) not in text


def test_the_folder_holds_the_numbers_as_files(folder):
    assert {path.name for path in folder.iterdir()} >= {
        "figures",
        "performance.parquet",
        "predictions.parquet",
        "report.html",
        "results.json",
        "table_one.csv",
        "tripod_ai.csv",
    }
    assert len(pd.read_csv(folder / "tripod_ai.csv")) == 52
    assert [*(folder / "figures").iterdir()]


def test_the_table_of_numbers_says_what_the_results_say(folder, studied):
    rows = pd.read_parquet(folder / "performance.parquet")
    results = json.loads((folder / "results.json").read_text())
    unseen = rows[rows["where"] == "unseen patients"].set_index(["model", "measure"])
    for model, measures in results["models"].items():
        for measure, found in measures.items():
            row = unseen.loc[(model, measure)]
            assert row["reason"] == found["reason"]
            if found["value"] is not None:
                assert row["value"] == found["value"]
                assert row["low"] == found["low"]
    for model, found in results["differences"].items():
        gains = rows[rows["where"] == f"difference from {results['reference']}"]
        assert {*gains[gains["model"] == model]["measure"]} <= {*found}


def test_a_missing_number_has_a_reason_and_a_number_has_none(finished):
    for studied in finished.values():
        rows = performance_table(studied)
        assert (rows["value"].isna() == (rows["reason"] != "")).all()
        assert (rows["low"].isna() == rows["high"].isna()).all()


def test_the_numbers_of_other_cohorts_stand_beside_those_of_unseen_patients(finished):
    rows = performance_table(finished["gain"])
    where = {*rows["where"]}
    assert {
        "corrected for optimism",
        "same patients (apparent)",
        "cohort elsewhere",
        "cohort elsewhere, as it is",
        "cohort elsewhere, new intercept",
        "cohort elsewhere, new intercept and slope",
    } <= where


def test_every_measure_in_the_files_is_defined(finished):
    known = {name.rpartition(".")[2] for name in definitions()}
    known |= {name.partition(" ")[0] for name in definitions()}
    for studied in finished.values():
        assert {*performance_table(studied)["measure"]} <= known | {"worst"}


def test_the_difference_comes_with_what_so_few_patients_can_show():
    text = " ".join(what_it_can_show(160, 109))
    assert "an AUC of 0.70 has a 95 % interval about 0.16 wide" in text
    assert "support about 2.0 model parameters" in text
    assert "10 parameters would need about 794 patients" in text
    assert "can neither prove nor exclude that images add" in text


def test_a_large_cohort_is_not_called_too_small():
    sentences = " ".join(what_it_can_show(2000, 1360))
    assert "neither prove nor exclude" not in sentences
    assert "25.3 model parameters" in sentences


def test_a_cohort_of_one_outcome_can_show_nothing():
    assert what_it_can_show(20, 20) == (
        "All patients have the same outcome: nothing can be shown.",
    )


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.02, 0.09, "better, by 0.02 to 0.09"),
        (-0.09, -0.02, "worse, by 0.02 to 0.09"),
        (-0.09, -0.002, "worse, by less than 0.01 to 0.09"),
        (-0.05, 0.08, "not settled: from 0.05 worse to 0.08 better"),
        (0.0, 0.0, "no difference"),
    ],
)
def test_intervals_are_put_into_words(low, high, expected):
    middle = (low + high) / 2
    assert verdict(Estimate(value=middle, low=low, high=high)) == expected
