"""Links between the pages of the repository lead to files and headings that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path
    for pattern in (
        "*.md",
        "docs/*.md",
        "docs/guide/*.md",
        "benchmarks/results/**/*.md",
    )
    for path in ROOT.glob(pattern)
)
# What a build of the site makes is not there on a code host, nor without a build.
MADE = [ROOT / "docs" / name for name in ("api", "gallery", "repository")]


def outside_code(text):
    """Drop fenced blocks and code within a line: no link in them is one."""
    text = re.sub(r"^(`{3,}).*?^\1", "", text, flags=re.S | re.M)
    return re.sub(r"`[^`\n]*`", "code", text)


def links(text):
    return re.findall(r"\]\((?!\w+:)([^)\s]+)\)", outside_code(text))


def slug(heading):
    """Return the anchor that code hosts, and MyST, give a heading."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def anchors(path):
    text = re.sub(
        r"^(`{3,}).*?^\1", "", path.read_text(encoding="utf-8"), flags=re.S | re.M
    )
    return {slug(found) for found in re.findall(r"^#+ (.+)$", text, re.M)}


def broken(page):
    """Yield the links of a page that lead nowhere."""
    for link in links(page.read_text(encoding="utf-8")):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if any(target.is_relative_to(folder) for folder in MADE):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    assert list(broken(page)) == []


def test_a_broken_link_is_found(tmp_path):
    """The test above can fail, on files as on headings."""
    page = tmp_path / "page.md"
    page.write_text(
        "# `One` of it\n[a](other.md) [b](#one-of-it) [c](#two)\n"
        "[d](page.md#one-of-it)\n"
        "[e](https://example.org/x) `[f](code.md)`\n```\n[g](code.md)\n```\n"
    )
    assert list(broken(page)) == ["other.md", "#two"]
