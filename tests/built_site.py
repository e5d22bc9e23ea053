"""Checks a built site: ``python tests/built_site.py site``.

Sphinx knows the links that it has made itself. This reads all pages as they came out,
so also what examples and other libraries have put there.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What TensorFlow and XLA begin their log lines with.
LOGGED = re.compile(r"[IWE]0000 00:00:|cpu_feature_guard|oneDNN custom operations")


class Page(HTMLParser):
    """The links and anchors of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        """Keep what a tag leads to, and what leads to it."""
        attributes = dict(attributes)
        self.anchors |= {attributes.get("id"), attributes.get("name")}
        self.links |= {attributes.get("href"), attributes.get("src")} - {None}


def html_pages(site):
    """Return the paths of all pages; the theme keeps templates beside its files."""
    return [path for path in site.rglob("*.html") if "_static" not in path.parts]


def faults(site):
    """Yield each fault of the pages of a folder, as a line."""
    texts = {path: path.read_text(encoding="utf-8") for path in html_pages(site)}
    pages = {path: Page(text) for path, text in texts.items()}
    for path, page in pages.items():
        name = path.relative_to(site)
        if "<h1" not in texts[path]:
            yield f"{name}: no heading"
        if found := LOGGED.search(texts[path]):
            yield f"{name}: a line of TensorFlow's log, {found[0]!r}"
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (
                (path.parent / unquote(parts.path)).resolve() if parts.path else path
            )
            anchor = unquote(parts.fragment)
            if not target.exists():
                yield f"{name}: no file for {link}"
            elif anchor and target in pages and anchor not in pages[target].anchors:
                yield f"{name}: no anchor for {link}"


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
