"""What a comparison of two models comes to, in words."""

from __future__ import annotations

from typing import NamedTuple

from skkeras.report.text import number

ALPHA = 0.05
PRACTICALLY_SURE = 0.95  # probability of equivalence, as Benavoli et al. 2017 use it
PROBABLE = 0.8


class Evidence(NamedTuple):
    """What is known of one model against another.

    Parameters
    ----------
    advantage : float
        By how much the first is better on average over the folds.
    low, high : float
        The 95% interval of this pair alone.
    p_value : float
        Two-sided, adjusted within the question that was asked.
    p_worse, p_equivalent, p_better : float
        Probabilities that it is so by more than the region of practical equivalence,
        or within it.
    """

    advantage: float
    low: float
    high: float
    p_value: float
    p_worse: float
    p_equivalent: float
    p_better: float


def grade(evidence: Evidence) -> str:
    """Grade a comparison by effect, interval and probability together.

    In this order:

    - "practically equal": the difference lies within the region of practical
      equivalence with a probability of 0.95 or more, whatever its p-value;
    - "clearly better" or "clearly worse": the adjusted p-value is below 0.05, and a
      difference that matters is more probable than one that does not;
    - "probably better" or "probably worse": such a difference has a probability of 0.8
      or more, or the pair's own interval excludes zero and it is more probable than
      equivalence;
    - "undecided" otherwise, and "not tested" where no test could be made.

    Parameters
    ----------
    evidence : Evidence
        Of the first model against the second.

    Returns
    -------
    str

    Examples
    --------
    >>> grade(Evidence(0.05, 0.02, 0.08, 0.003, 0.0, 0.01, 0.99))
    'clearly better'
    >>> grade(Evidence(-0.05, -0.12, 0.02, 0.3, 0.85, 0.1, 0.05))
    'probably worse'
    """
    if evidence.p_value != evidence.p_value:
        return "not tested"
    if evidence.p_equivalent >= PRACTICALLY_SURE:
        return "practically equal"
    is_gain = evidence.advantage > 0
    direction = "better" if is_gain else "worse"
    probability = evidence.p_better if is_gain else evidence.p_worse
    if probability > evidence.p_equivalent:
        if evidence.p_value < ALPHA:
            return f"clearly {direction}"
        if excludes_zero(evidence):
            return f"probably {direction}"
    return f"probably {direction}" if probability >= PROBABLE else "undecided"


def excludes_zero(evidence: Evidence) -> bool:
    """Check whether the interval of the pair alone lies on one side of zero.

    Parameters
    ----------
    evidence : Evidence
        Of the first model against the second.

    Returns
    -------
    bool
    """
    return evidence.low > 0 or evidence.high < 0


def explained(evidence: Evidence, n_comparisons: int) -> str:
    """Say the grade, and what a reader would ask next.

    Parameters
    ----------
    evidence : Evidence
        Of the first model against the second.
    n_comparisons : int
        How many the question consists of.

    Returns
    -------
    str

    Examples
    --------
    >>> explained(Evidence(0.01, -0.02, 0.04, 0.5, 0.1, 0.4, 0.5), 1)
    'undecided: from 0.020 worse to 0.040 better'
    """
    found = grade(evidence)
    if found == "undecided":
        found += f": from {sides(evidence)}"
    is_sure = found.startswith(("clearly", "practically"))
    if excludes_zero(evidence) and not is_sure:
        found += (
            f" (its own interval excludes zero, but of {n_comparisons} comparisons "
            f"some do so by chance: after adjustment p is not below {ALPHA})"
            if n_comparisons > 1
            else " (the difference is hardly larger than what does not matter)"
        )
    return found


def sides(evidence: Evidence) -> str:
    """Say what the interval of the pair allows.

    Parameters
    ----------
    evidence : Evidence
        Of the first model against the second.

    Returns
    -------
    str

    Examples
    --------
    >>> sides(Evidence(0.01, -0.02, 0.04, 0.5, 0.1, 0.4, 0.5))
    '0.020 worse to 0.040 better'
    """
    return f"{_side(evidence.low)} to {_side(evidence.high)}"


def _side(value):
    return f"{number(abs(value))} {'better' if value > 0 else 'worse'}"
