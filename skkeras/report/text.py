"""Text that others wrote, made safe to show."""

from __future__ import annotations

import re

_LONGEST = 1e9  # what is larger is written with a power of ten
MARKDOWN_PUNCTUATION = re.compile(r"([\\`*_\[\]<>|~#&$])")


def one_line(text: str) -> str:
    """Join text to one line without control characters.

    Parameters
    ----------
    text : str
        From a file, a column name or an error message.

    Returns
    -------
    str
        Runs of white space became one space; what cannot be printed, an escape
        sequence for the terminal included, became U+FFFD.
    """
    joined = " ".join(str(text).split())
    return "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in joined
    )


def markdown(text: str) -> str:
    """Escape text so that Markdown shows it as it is, also in a table.

    Parameters
    ----------
    text : str
        From a file, a column name or an error message.

    Returns
    -------
    str
    """
    return MARKDOWN_PUNCTUATION.sub(r"\\\1", one_line(text))


def mean_and_std(mean: float, std: float) -> str:
    """Write a mean and its standard deviation with the same sensible decimals.

    Parameters
    ----------
    mean, std : float
        The figures.

    Returns
    -------
    str

    Examples
    --------
    >>> mean_and_std(0.7799, 0.0512), mean_and_std(1234.5, 67.8)
    ('0.780 ± 0.051', '1234 ± 68')
    >>> mean_and_std(3.27e20, 2.2e19)
    '3.27e+20 ± 2.2e+19'
    """
    how = _format(mean)
    return f"{mean:z{how}} ± {std:z{how}}"


def number(value: float) -> str:
    """Write a figure as `mean_and_std` writes a mean.

    Parameters
    ----------
    value : float
        The figure.

    Returns
    -------
    str
    """
    return f"{value:z{_format(value)}}"


def interval(low: float, high: float) -> str:
    """Write an interval, as one figure where its ends are written alike.

    Parameters
    ----------
    low, high : float
        The ends.

    Returns
    -------
    str

    Examples
    --------
    >>> interval(0.7181, 0.7812), interval(0.6510, 0.6512)
    ('0.718 to 0.781', '0.651')
    """
    ends = number(low), number(high)
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _format(value):
    size = abs(value)
    if _LONGEST <= size < float("inf"):
        return ".3g"
    decimals = 3 if size < 10 else 2 if size < 100 else 1 if size < 1000 else 0
    return f".{decimals}f"


def plural(count: int, noun: str) -> str:
    """Write a count with its noun.

    Parameters
    ----------
    count : int
        How many.
    noun : str
        In the singular; its plural ends in s.

    Returns
    -------
    str
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def times(ratio: float) -> str:
    """Write how long something takes compared with something else.

    Parameters
    ----------
    ratio : float
        Of the first to the second.

    Returns
    -------
    str

    Examples
    --------
    >>> times(3.14), times(0.1), times(1.04)
    ('3.1 times as long', '0.10 times as long', 'as long')
    """
    if 0.95 < ratio < 1.05:
        return "as long"
    decimals = 0 if ratio >= 10 else 1 if ratio >= 1 else 2
    return f"{ratio:.{decimals}f} times as long"


def seconds(value: float) -> str:
    """Write a duration with three significant figures.

    Parameters
    ----------
    value : float
        Seconds; NaN where unknown.

    Returns
    -------
    str

    Examples
    --------
    >>> seconds(0.00123), seconds(1.234), seconds(123.4), seconds(float("nan"))
    ('0.001', '1.23', '123', '-')
    """
    if value != value:
        return "-"
    return (
        f"{value:.3f}"
        if value < 1
        else f"{value:.2f}"
        if value < 10
        else f"{value:.0f}"
    )


def probability(value: float) -> str:
    """Write a probability so that it is never rounded to a certainty.

    Parameters
    ----------
    value : float
        From 0 to 1, or NaN.

    Returns
    -------
    str

    Examples
    --------
    >>> probability(0.00001), probability(0.123), probability(0.9999)
    ('<0.001', '0.123', '>0.999')
    """
    if value != value:
        return "-"
    if 0 < value < 0.001:
        return "<0.001"
    return ">0.999" if 0.999 < value < 1 else f"{value:.3f}"


def equals(p_value: float) -> str:
    """Write a p-value after the letter p.

    Parameters
    ----------
    p_value : float
        From 0 to 1.

    Returns
    -------
    str

    Examples
    --------
    >>> equals(0.0123), equals(1e-9)
    ('= 0.012', '< 0.001')
    """
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"
