"""A small cohort of tables, written by hand."""

import json

import pytest

PARTICIPANTS = """\
participant_id\tage\tsex\tbmi\tsmoker\toperated_level
sub-01\t61\tF\t24.5\t0\tL4-L5
sub-02\t72\tM\t31.0\t1\tL3-L4
sub-03\t55\tF\tn/a\t0\tL4-L5
"""
ANSWERS = "\t".join(f"zcq_{item}" for item in range(1, 19))
BLANK = "\tn/a" * 6
ZCQ = (
    f"participant_id\tvisit\t{ANSWERS}\n"
    + "sub-01\tbaseline\t4\t4\t3\t4\t3\t2\t3\t3\t3\t3\t3\t3"
    + BLANK
    + "\n"
    + "sub-01\tmonth_12\t2\t2\t2\t2\t2\t2\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\n"
    + "sub-02\tbaseline\t4\t4\t3\t4\t3\t2\t3\t3\t3\t3\t3\t3"
    + BLANK
    + "\n"
    + "sub-02\tmonth_12\t4\t4\t3\t4\t3\t2\t3\t3\t3\t3\t3\t3\t4\t4\t4\t4\t4\t4\n"
)
PAIN = """\
participant_id\tvisit\tleg_pain\tback_pain
sub-01\tbaseline\t60\t50
sub-01\tmonth_12\t30\t26
"""


@pytest.fixture
def folder(tmp_path):
    cohort = tmp_path / "cohort"
    (cohort / "phenotype").mkdir(parents=True)
    (cohort / "participants.tsv").write_text(PARTICIPANTS)
    (cohort / "phenotype" / "zcq.tsv").write_text(ZCQ)
    (cohort / "phenotype" / "pain_vas.tsv").write_text(PAIN)
    return cohort


@pytest.fixture
def edit(folder):
    """Replace a text in one file of the cohort."""

    def edit(name, old, new):
        path = folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return folder

    return edit


@pytest.fixture
def declare(folder):
    """Write the sidecar that declares further columns."""

    def declare(**columns):
        (folder / "participants.json").write_text(json.dumps(columns))
        return folder

    return declare
