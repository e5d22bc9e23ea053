import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from skkeras.report.text import markdown, mean_and_std, number, one_line, plural


@given(st.text())
def test_one_line_can_always_be_printed(text):
    assert one_line(text).isprintable()


def test_escape_sequences_for_the_terminal_lose_their_force():
    assert one_line("a\x1b[31mred\x07\nb") == "a\N{REPLACEMENT CHARACTER}[31mred" + (
        "\N{REPLACEMENT CHARACTER} b"
    )


@pytest.mark.parametrize(
    "text",
    [
        "a|b",
        "[click](http://example.org)",
        "<script>alert(1)</script>",
        "*not* __bold__ `code`",
        "# no heading",
        r"back\slash",
        "&lt;",
    ],
)
def test_markdown_shows_the_text_as_it_is(text):
    parser = MarkdownIt().enable("table")
    (row,) = [
        token
        for token in parser.parse(f"| x |\n|---|\n| {markdown(text)} |")
        if token.type == "inline" and token.content != "x"
    ]
    assert all(t.type in {"text", "text_special"} for t in row.children)
    assert "".join(t.content for t in row.children) == text


@pytest.mark.parametrize(
    ("mean", "std", "text"),
    [
        (0.77994, 0.0512, "0.780 ± 0.051"),
        (-0.5, 0.25, "-0.500 ± 0.250"),
        (-0.0001, 0.25, "0.000 ± 0.250"),
        (22.533, 9.2, "22.53 ± 9.20"),
        (123.44, 9.2, "123.4 ± 9.2"),
        (123456.7, 890.1, "123457 ± 890"),
    ],
)
def test_mean_and_std_share_their_decimals(mean, std, text):
    assert mean_and_std(mean, std) == text
    assert number(mean) == text.split()[0]


def test_plural():
    assert (plural(1, "row"), plural(2, "row")) == ("1 row", "2 rows")
