"""Tables of contents from the links of a page.

On a code host a directive is shown as it is written. So pages that lead to others do it
by lists of links, which read well anywhere, and the site's own tables, for its sidebar,
are made of those: one for each section, of the pages that its items begin with.
"""

import re

SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
ITEM = re.compile(r"^- \[[^]]+\]\(([^)#:]+)\.md\)", re.MULTILINE)
TABLE = """
```{{toctree}}
:hidden:
:maxdepth: 1
:caption: {caption}

{pages}
```
"""


def add_tables(app, docname, content):
    """Append a hidden ``toctree`` for each section of one of `contents_pages`."""
    if docname not in app.config.contents_pages:
        return
    _, *parts = SECTION.split(content[0])
    for caption, text in zip(parts[::2], parts[1::2], strict=True):
        if pages := ITEM.findall(text):
            content[0] += TABLE.format(caption=caption, pages="\n".join(pages))


def setup(app):
    """Register it, to run when links lead to where the site has their targets."""
    app.add_config_value("contents_pages", [], "env", types=[list])
    app.connect("source-read", add_tables, priority=600)
    return {"parallel_read_safe": True}
