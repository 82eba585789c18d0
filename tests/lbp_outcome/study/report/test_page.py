"""The page opens anywhere, is well formed, and prints numbers to be read rightly."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from lbp_outcome import BANNER
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.study.report.page import (
    Bullets,
    Cell,
    Flow,
    Glance,
    Note,
    Page,
    Picture,
    Section,
    Table,
    Terms,
    Text,
    Verbatim,
    count,
    number,
    reasons,
    write_page,
)

PNG = b"\x89PNG\r\n"
EVIL = '<img src=x onerror="alert(1)">&'


def blocks(word):
    """One block of each kind, with a word in every place."""
    return (
        Text(text=word),
        Text(text=word, soft=True),
        Bullets(items=(word,)),
        Note(title=word, items=(word,), tone="warning"),
        Glance(big=word, label=word, title=word, text=word),
        Table(
            columns=(word, word),
            rows=((Cell(text=word),), (Cell(text=word), Cell(text=word, detail=word))),
            caption=word,
            notes=(word,),
        ),
        Picture(title=word, caption=word, png=PNG),
        Flow(start=word, leaving=(word,), end=word, parts=(word,)),
        Terms(items=((word, word),), code=True),
        Verbatim(text=word),
    )


def page(word="word"):
    return Page(
        title=word,
        study=word,
        outcome=word,
        key=word,
        simulated=True,
        top=blocks(word),
        sections=(Section(anchor="all", title=word, blocks=blocks(word)),),
    )


@pytest.fixture
def html(tmp_path):
    def written(content):
        write_page(tmp_path / "page.html", content)
        return (tmp_path / "page.html").read_text("utf-8")

    return written


class Balanced(HTMLParser):
    """Refuses a tag that is closed in the wrong place."""

    open_tags: tuple[str, ...] = ()

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "img", "br"):
            self.open_tags += (tag,)

    def handle_endtag(self, tag):
        assert self.open_tags[-1] == tag, f"</{tag}> closes {self.open_tags}"
        self.open_tags = self.open_tags[:-1]


def test_every_tag_is_closed(html):
    parser = Balanced()
    parser.feed(html(page()))
    assert parser.open_tags == ()


def test_no_text_can_become_markup(html):
    text = html(page(EVIL))
    assert 'onerror="' not in text
    assert "<img src=x" not in text


def test_the_file_needs_no_network_and_no_scripts(html):
    text = html(page())
    assert not re.search(r"https?://|@import|<link|<script|url\(", text)
    sources = re.findall(r'src="([^"]*)"', text)
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)


def test_the_banner_stands_at_the_top_and_at_the_bottom(html):
    words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html(page()), flags=re.DOTALL)
    assert words.count(BANNER) == 2
    assert len(words[words.rindex(BANNER) :].strip()) == len(BANNER)


def test_every_cell_says_what_it_is_where_columns_cannot_stand_side_by_side(html):
    table = Table(columns=("Model", "AUC"), rows=((Cell(text="a"), Cell(text="0.7")),))
    shown = replace(page(), top=(table,), sections=())
    assert '<td data-label="AUC">' in html(shown)


def test_a_row_that_does_not_fit_its_table_is_refused():
    with pytest.raises(ValueError, match="3 cells does not fit 2 columns"):
        Table(columns=("a", "b"), rows=((Cell(text="x"),) * 3,))


def test_hyphens_before_numbers_are_printed_as_minus_signs(html):
    shown = html(replace(page(), top=(Text(text="-0.05 in sub-001, L4-5"),)))
    assert "\N{MINUS SIGN}0.05 in sub-001, L4-5" in shown


def test_a_number_is_printed_with_its_interval_or_as_not_measurable():
    found = number(Estimate(value=-0.021, low=-0.05, high=0.08), signed=True)
    assert (found.text, found.detail) == ("-0.02", "(-0.05 to +0.08)")
    assert number(Estimate(value=None, reason="x")).detail == "not measurable"


def test_each_reason_is_given_once_for_all_that_it_holds_for():
    flat = Estimate(value=None, reason="it is flat")
    fine = Estimate(value=1.0, low=0.0, high=2.0)
    assert reasons({"a": flat, "b": fine, "c": flat}) == (
        "Not measurable: a, c (it is flat).",
    )


@pytest.mark.parametrize(
    ("patients", "shown"), [(0, "0"), (1, "< 5"), (4, "< 5"), (5, "5")]
)
def test_small_counts_of_patients_are_not_printed(patients, shown):
    assert count(patients) == shown
