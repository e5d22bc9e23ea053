"""Pages that the site has under other paths than the repository, and links to them.

On a code host a page of ``docs`` links to ``../CHANGELOG.md`` or
``../benchmarks/results/speed.md``. Sphinx reads one folder. So those files are copied
to ``docs/repository`` before it looks for pages, under the paths that they have in the
repository, and in every page links to one are led to its copy, and those to an example
to its page in the gallery. A notebook becomes a page, as it is kept: without outputs.
"""

import json
import os
import re
from pathlib import Path

FOLDER = "repository"
NOTEBOOK = ".ipynb"
# It stands in no table of contents: a page leads to it.
BEGIN = """\
---
orphan: true
---

"""
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)")


def copy_pages(app):
    """Copy the pages that `repository_pages` names, where they have changed."""
    docs = Path(app.srcdir)
    for pattern in app.config.repository_pages:
        for source in docs.parent.glob(pattern):
            copy = _copy_of(source.relative_to(docs.parent), docs)
            content = source.read_bytes()
            if source.suffix == NOTEBOOK:
                there = os.path.relpath(source, copy.parent)
                content = as_markdown(json.loads(content), there).encode()
            if not copy.exists() or copy.read_bytes() != content:
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(content)


def as_markdown(notebook, address):
    """Return a page of a notebook's cells, which offers the notebook itself."""
    cells = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        is_code = cell["cell_type"] == "code"
        cells.append(f"```python\n{source}\n```" if is_code else source)
    title, newline, rest = cells[0].partition("\n")
    offer = f"{{download}}`{Path(address).name} <{address}>`"
    cells[0] = f"{title}\n\n{offer}\n{newline}{rest}"
    return BEGIN + "\n\n".join(cells) + "\n"


def lead_links(app, docname, content):
    """Rewrite the links of a page in Markdown to where the site has their targets."""
    docs = Path(app.srcdir)
    path = Path(app.env.doc2path(docname))
    if path.suffix != ".md":
        return
    inside = path.relative_to(docs)
    if inside.parts[0] == FOLDER:
        original = docs.parent / inside.relative_to(FOLDER)
    else:
        original = path

    def lead(match):
        target = Path(os.path.normpath(original.parent / match[1]))
        place = _place(target, docs)
        if original == path and place == target:
            return match[1]
        return os.path.relpath(place, path.parent)

    content[0] = LINK.sub(lead, content[0])


def _place(target, docs):
    """Return the file in ``docs`` that shows a file of the repository, or that file."""
    if not target.is_relative_to(docs.parent):
        return target
    within = target.relative_to(docs.parent)
    if within == Path("README.md"):
        return docs / "index.md"
    if within.suffix == NOTEBOOK:
        place = _copy_of(within, docs)
        return place if place.exists() else target
    if within == Path("examples"):
        return docs / "gallery" / "index.rst"
    if within.parts[0] == "examples":
        place = docs / "gallery" / within.with_suffix(".rst").name
    else:
        place = docs / FOLDER / within
    return place if place.exists() else target


def _copy_of(within, docs):
    """Return the file in ``docs`` for a page or notebook of the repository."""
    copy = docs / FOLDER / within
    return copy.with_suffix(".md") if copy.suffix == NOTEBOOK else copy


def setup(app):
    """Register the two steps."""
    app.add_config_value("repository_pages", [], "env", types=[list])
    app.connect("builder-inited", copy_pages)
    app.connect("source-read", lead_links)
    return {"parallel_read_safe": True}
