"""Verdicts as a function of numbers: the whole table, and what must hold of any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skkeras.report.grading import Evidence, explained, grade

NAN = float("nan")
TABLE = [
    # advantage, low, high, p, P(worse), P(equal), P(better): grade
    (0.07, 0.02, 0.12, 0.001, 0.0, 0.01, 0.99, "clearly better"),
    (-0.07, -0.12, -0.02, 0.001, 0.99, 0.01, 0.0, "clearly worse"),
    (0.07, 0.02, 0.12, 0.2, 0.0, 0.01, 0.99, "probably better"),
    (-0.07, -0.12, -0.02, 0.2, 0.99, 0.01, 0.0, "probably worse"),
    (0.05, -0.01, 0.11, 0.08, 0.03, 0.12, 0.85, "probably better"),
    (-0.05, -0.11, 0.01, 0.08, 0.85, 0.12, 0.03, "probably worse"),
    (0.01, -0.05, 0.07, 0.7, 0.25, 0.25, 0.5, "undecided"),
    (-0.01, -0.07, 0.05, 0.7, 0.5, 0.25, 0.25, "undecided"),
    (0.001, -0.004, 0.006, 0.6, 0.01, 0.97, 0.02, "practically equal"),
    # A difference that is surely there, and surely too small to matter.
    (0.004, 0.003, 0.005, 0.001, 0.0, 0.99, 0.01, "practically equal"),
    # Surely there, and more likely than not too small to matter.
    (0.008, 0.003, 0.013, 0.001, 0.0, 0.7, 0.3, "undecided"),
    (0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, "practically equal"),
    (0.1, NAN, NAN, NAN, NAN, NAN, NAN, "not tested"),
]


@pytest.mark.parametrize("row", TABLE)
def test_the_table_of_verdicts(row):
    *figures, expected = row
    assert grade(Evidence(*figures)) == expected


shares = st.lists(st.floats(0.001, 1), min_size=3, max_size=3)
drawn = st.builds(
    lambda advantage, half, p, parts: Evidence(
        advantage,
        advantage - half,
        advantage + half,
        p,
        *(x / sum(parts) for x in parts),
    ),
    st.floats(-1, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    shares,
)


def turned(evidence):
    return Evidence(
        -evidence.advantage,
        -evidence.high,
        -evidence.low,
        evidence.p_value,
        evidence.p_better,
        evidence.p_equivalent,
        evidence.p_worse,
    )


@given(drawn)
def test_from_the_other_side_better_is_worse(evidence):
    if evidence.advantage == 0:
        return
    other = {"better": "worse", "worse": "better"}
    words = grade(evidence).split()
    assert grade(turned(evidence)).split() == [other.get(word, word) for word in words]


@given(drawn)
def test_clear_needs_a_p_value_and_a_difference_that_matters(evidence):
    if grade(evidence).startswith("clearly"):
        assert evidence.p_value < 0.05
        assert max(evidence.p_better, evidence.p_worse) > evidence.p_equivalent
    else:
        assert grade(evidence._replace(p_value=1.0)) == grade(evidence)


@given(drawn, st.integers(1, 20))
def test_an_interval_without_zero_is_never_left_without_a_word(evidence, n_comparisons):
    says = explained(evidence, n_comparisons)
    if evidence.low > 0 or evidence.high < 0:
        assert says.startswith(("clearly", "practically")) or "(" in says
    if grade(evidence) == "undecided":
        assert " worse" in says or " better" in says
