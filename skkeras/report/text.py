"""Text that others wrote, made safe to show."""

import re

MARKDOWN_PUNCTUATION = re.compile(r"([\\`*_\[\]<>|~#&$])")


def one_line(text):
    """Put text on one line without control characters.

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


def markdown(text):
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


def mean_and_std(mean, std):
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
    """
    decimals = _decimals(mean)
    return f"{mean:z.{decimals}f} ± {std:.{decimals}f}"


def number(value):
    """Write a figure as `mean_and_std` writes a mean.

    Parameters
    ----------
    value : float
        The figure.

    Returns
    -------
    str
    """
    return f"{value:z.{_decimals(value)}f}"


def _decimals(value):
    size = abs(value)
    return 3 if size < 10 else 2 if size < 100 else 1 if size < 1000 else 0


def plural(count, noun):
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
