import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from lbp_outcome import BANNER
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.comparison import ContinuousDifference, Difference
from lbp_outcome.statistics.continuous_performance import ContinuousPerformance
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.performance import Performance
from lbp_outcome.study.report import (
    ModelResult,
    ReportFigure,
    StudyReport,
    verdict,
    what_it_can_show,
    write_report,
)

PNG = b"\x89PNG\r\n\x1a\n the rest of a picture"


def estimate(value, low, high):
    return Estimate(value=value, low=low, high=high)


def performance(slope=None):
    return Performance(
        patients=160,
        events=109,
        auc=estimate(0.684, 0.59, 0.771),
        auc_pooled=estimate(0.66, 0.57, 0.74),
        brier=estimate(0.201, 0.18, 0.222),
        scaled_brier=estimate(0.05, -0.04, 0.12),
        calibration_slope=slope or estimate(0.91, 0.42, 1.4),
        calibration_intercept=estimate(-0.02, -0.3, 0.31),
    )


def study(**changes):
    base_rate_model = performance(Estimate(value=None, reason="it is a constant"))
    gain = estimate(0.021, -0.05, 0.08)
    report = StudyReport(
        title="Success one year after decompression",
        study="zcq",
        outcome="zcq_2of3",
        statement="At least two of three criteria of the questionnaire are met",
        horizon="one year after surgery",
        patients=168,
        with_outcome=160,
        excluded={"lost to follow-up": 8},
        base_rate=estimate(0.68125, 0.606, 0.748),
        modalities={"clinical variables": 160, "lateral X-ray": 139},
        models=(
            ModelResult(
                name="clinical", reads="age and sex", performance=base_rate_model
            ),
            ModelResult(name="fusion", reads="and MRI", performance=performance()),
        ),
        reference="clinical",
        differences=(
            Difference(
                model="fusion",
                reference="clinical",
                auc=gain,
                brier=estimate(-0.002, -0.01, 0.006),
                p_value=0.0004,
            ),
        ),
        validation="Nested cross-validation.",
        provenance={"seed": "7", "data (SHA-256)": "9f86d081884c7d65"},
        figures=(
            ReportFigure(title="AUC", caption="Line.", png=PNG, section="models"),
        ),
        simulated=True,
        warnings=("The AUC is above 0.75: look for leakage.",),
    )
    return replace(report, **changes)


def pain():
    """A continuous outcome."""
    found = ContinuousPerformance(
        patients=160, r2=estimate(0.11, -0.02, 0.21), mae=estimate(18.2, 16, 20.5)
    )
    return study(
        outcome="leg_pain",
        statement="Leg pain",
        base_rate=estimate(31.4, 27.2, 35.5),
        unit="mm",
        models=tuple(
            ModelResult(name=name, reads="all", performance=found)
            for name in ("clinical", "fusion")
        ),
        differences=(
            ContinuousDifference(
                model="fusion",
                reference="clinical",
                r2=estimate(0.03, 0.01, 0.05),
                mae=estimate(-0.4, -0.9, 0.1),
            ),
        ),
    )


@pytest.fixture
def html(tmp_path):
    def written(report):
        write_report(tmp_path / "report.html", report)
        return (tmp_path / "report.html").read_text("utf-8")

    return written


@pytest.fixture
def words(html):
    def read(report):
        body = re.sub(r"<style>.*?</style>", "", html(report), flags=re.DOTALL)
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
        return text.replace("( ", "(").replace(" )", ")").replace(" .", ".")

    return read


@pytest.mark.parametrize("report", [study(), pain()], ids=["binary", "continuous"])
def test_the_banner_stands_at_the_top_and_at_the_bottom(words, report):
    text = words(report)
    assert text.count(BANNER) == 2
    assert text.index(BANNER) < 100
    assert text.rindex(BANNER) > len(text) - len(BANNER) - 10


def test_the_base_rate_is_always_stated(words):
    text = words(study())
    assert "68 % base rate, 95 % interval 61 to 75 %" in text
    assert "109 of 160 analysed patients had this outcome" in text
    assert "31.4 mm base rate: mean outcome, 95 % interval 27.2 to 35.5" in words(
        pain()
    )


def test_simulated_data_are_called_so_and_real_ones_are_not(words):
    assert words(study()).count("Simulated data") >= 3
    assert "imulated data" not in words(study(simulated=False)).replace(BANNER, "")


def test_every_number_is_printed_with_its_interval(words):
    text = words(study())
    for number in (
        "0.68 (0.59 to 0.77)",
        "0.201 (0.180 to 0.222)",
        "0.91 (0.42 to 1.40)",
        "\N{MINUS SIGN}0.02 (\N{MINUS SIGN}0.30 to 0.31)",
        "+0.02 (\N{MINUS SIGN}0.05 to +0.08)",
    ):
        assert number in text


def test_what_cannot_be_measured_says_why(words):
    expected = "Calibration slope of “clinical” is not measurable: it is a constant."
    assert expected in words(study())


def test_a_tiny_p_value_is_not_printed_as_zero(words):
    text = words(study())
    assert "&lt; 0.001" in text
    assert "0.000" not in text


def test_patients_left_out_are_counted_with_the_reason(words):
    text = words(study())
    assert "In the cohort 168 Left out: lost to follow-up 8" in text
    assert "lateral X-ray 139" in text


def test_the_difference_comes_with_what_so_few_patients_can_show(words):
    text = words(study())
    assert "not settled: from 0.05 worse to 0.08 better" in text
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


def test_association_is_not_called_cause_and_nothing_is_recommended(words):
    text = words(study())
    assert "what goes together, not what causes what" in text
    assert "Nothing here says what would have happened without surgery" in text
    assert not re.search(
        r"recommend|advisable|should (be )?operate|benefits from", text
    )


def test_warnings_and_provenance_are_shown(words):
    text = words(study())
    assert text.index("look for leakage") < text.index("In the cohort")
    assert "data (SHA-256) 9f86d081884c7d65" in text


@pytest.mark.parametrize("report", [study(), pain()], ids=["binary", "continuous"])
def test_the_file_needs_no_network(html, report):
    page = html(report)
    assert not re.search(r"https?://|@import|<link|<script|url\(", page)
    assert all(
        source.startswith("data:image/png;base64,")
        for source in re.findall(r'src="([^"]*)"', page)
    )


def test_no_text_can_become_markup(html):
    evil = '<img src=x onerror="alert(1)">&'
    report = study(
        title=evil,
        statement=evil,
        excluded={evil: 8},
        modalities={evil: 3},
        provenance={evil: evil},
        warnings=(evil,),
        validation=evil,
        figures=(ReportFigure(title=evil, caption=evil, png=PNG),),
        models=tuple(
            replace(model, name=model.name + evil, reads=evil)
            for model in study().models
        ),
        reference="clinical" + evil,
        differences=(replace(study().differences[0], model="fusion" + evil),),
    )
    page = html(report)
    assert 'onerror="' not in page
    assert "<img src=x" not in page


class _Balanced(HTMLParser):
    open_tags: tuple[str, ...] = ()

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "img", "br"):
            self.open_tags += (tag,)

    def handle_endtag(self, tag):
        assert self.open_tags[-1] == tag, f"</{tag}> closes {self.open_tags}"
        self.open_tags = self.open_tags[:-1]


@pytest.mark.parametrize(
    "report",
    [study(), pain(), study(differences=(), figures=(), warnings=(), modalities={})],
    ids=["binary", "continuous", "bare"],
)
def test_every_tag_is_closed(html, report):
    parser = _Balanced()
    parser.feed(html(report))
    assert parser.open_tags == ()


def test_figures_stand_in_their_section_with_words_for_those_who_cannot_see(html):
    page = html(study())
    figure = page.index('alt="AUC. Line."')
    assert page.index("How well the models predict") < figure < page.index("add to “")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"patients": 161}, "161 patients are not 160 analysed and 8 excluded"),
        ({"reference": "x-ray"}, "x-ray is compared but is not one of the models"),
        (
            {"base_rate": Estimate(value=None, reason="none")},
            "a report must state the base rate",
        ),
    ],
)
def test_a_report_that_contradicts_itself_is_refused(changes, complaint):
    with pytest.raises(InvalidChoice, match=complaint):
        study(**changes)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.02, 0.09, "better in these patients, by 0.02 to 0.09"),
        (-0.09, -0.02, "worse in these patients, by 0.02 to 0.09"),
        (-0.05, 0.08, "not settled: from 0.05 worse to 0.08 better"),
        (0.0, 0.0, "no difference"),
    ],
)
def test_intervals_are_put_into_words(low, high, expected):
    difference = estimate((low + high) / 2, low, high)
    assert verdict(difference) == expected


def test_where_less_is_better_the_words_turn_round():
    fewer_errors = estimate(-0.05, -0.09, -0.02)
    assert verdict(fewer_errors, higher_is_better=False).startswith("better")
