"""Checks a built site: ``python tests/built_site.py site``.

Sphinx knows the links that it has made itself. This reads all pages as they came out,
so also what examples and other libraries have put there, without a browser.
"""

import re
import sys
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from built_page import Page

# What TensorFlow and XLA begin their log lines with.
LOGGED = re.compile(r"[IWE]0000 00:00:|cpu_feature_guard|oneDNN custom operations")
# Of Markdown and of reStructuredText, where a page shows it as text.
MARKUP = re.compile(
    r"(?<!\w):[a-z:]+:`|\{[a-z-]+\}`|``|\]\(|\.\. [a-z-]+::|^:::|^#{2,} "
    r"|\*\*\w[\w ]*\*\*",
    re.MULTILINE,
)
# A section of a docstring that numpydoc did not read; of its line Sphinx makes dashes.
SECTION = re.compile(
    r"\b(Parameters|Returns|Raises|Yields|Attributes|Notes|Examples)\s+[-\u2013\u2014]{2,}"
)
WARNED = re.compile(r"\b[A-Z]\w*Warning: ")


def html_pages(site):
    """Return the paths of all pages; the theme keeps templates beside its files."""
    return [path for path in site.rglob("*.html") if "_static" not in path.parts]


def faults_of_headings(page):
    """Yield what is wrong with the headings of a page."""
    levels = [0]
    for level, text in page.headings:
        levels.append(level)
        if not text:
            yield f"an empty heading of level {level}"
    for above, below in pairwise(levels):
        if below > above + 1:
            yield f"a heading of level {below} after one of level {above}"


def faults_of_pictures(page):
    """Yield pictures of which those who do not see them are told nothing.

    A thumbnail stands above its title, and needs no words. Without a title in the
    figure, sphinx-gallery gives a picture the name of the script.
    """
    for address, words in page.pictures:
        name = Path(urlsplit(address).path).stem
        if words is None or (not words and "thumb" not in name):
            yield f"no words for the picture {name}"
        elif words and name.startswith("sphx_glr_" + re.sub(r"\W", "_", words)):
            yield f"the picture {name} has only its file's name: give it a title"


def faults_of_text(page):
    """Yield what should have become something else than text."""
    if found := MARKUP.search(page.text):
        start = max(found.start() - 30, 0)
        yield f"markup as text: {page.text[start : found.end() + 30]!r}"
    if found := SECTION.search(page.text):
        yield f"a section of a docstring as text: {found[0]!r}"
    if page.marked_as_wrong:
        yield "a place that docutils marked as wrong"
    if 1 in page.columns:
        yield "a table of one column"


def faults_of_example(page):
    """Yield what is wrong with an example's page, if it was run."""
    if found := WARNED.search(page.output):
        yield f"a warning in what an example prints: {found[0]!r}"
    shown = [address for address, _ in page.pictures if "_thumb" not in address]
    if was_run(page) and "plt.show()" in page.code and not shown:
        yield "an example that draws, and no picture of it"


def was_run(page):
    """Return whether a page shows what an example printed; each of ours prints."""
    return bool(page.output)


def faults_of_links(path, pages):
    """Yield the links of a page that lead nowhere."""
    for link in sorted(pages[path].links):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        anchor = unquote(parts.fragment)
        if not target.exists():
            yield f"no file for {link}"
        elif anchor and target in pages and anchor not in pages[target].anchors:
            yield f"no anchor for {link}"


def faults(site):
    """Yield each fault of the pages of a folder, as a line."""
    texts = {path: path.read_text(encoding="utf-8") for path in html_pages(site)}
    pages = {path: Page(text) for path, text in texts.items()}
    examples = [page for path, page in pages.items() if path.parent.name == "gallery"]
    if examples and not any(was_run(page) for page in examples):
        yield "gallery: no example was run"
    for path, page in pages.items():
        name = path.relative_to(site)
        if "<h1" not in texts[path]:
            yield f"{name}: no heading"
        if found := LOGGED.search(texts[path]):
            yield f"{name}: a line of TensorFlow's log, {found[0]!r}"
        for anchor in sorted(page.anchors_twice):
            yield f"{name}: two places are called {anchor}"
        for find in (
            faults_of_headings,
            faults_of_pictures,
            faults_of_text,
            faults_of_example,
        ):
            for fault in find(page):
                yield f"{name}: {fault}"
        for fault in faults_of_links(path, pages):
            yield f"{name}: {fault}"


def main():
    """Print the faults, and count the pages."""
    site = Path(sys.argv[1]).resolve()
    found = list(faults(site))
    print(*found, sep="\n")
    n_pages = len(html_pages(site))
    print(f"{n_pages} pages, {len(found)} faults")
    sys.exit(bool(found) or not n_pages)


if __name__ == "__main__":
    main()
