"""What other libraries' classes give to ours is named, and not described again.

Their docstrings refer to sections of their own sites, and would be as long as ours.
"""

import re

LIBRARIES = {"sklearn": "scikit-learn", "keras": "Keras"}
ROLE = re.compile(r":\w+:`~?([^`<]+?)\s*(?:<[^`]*>)?`")


def shorten(app, what, name, obj, options, lines):
    """Keep the first sentence of what another library has written, and say whose."""
    if what in ("class", "module"):
        return
    home = getattr(getattr(obj, "fget", None) or obj, "__module__", None) or ""
    library = LIBRARIES.get(home.partition(".")[0])
    if library is None:
        return
    paragraph = " ".join(" ".join(lines).split("  ")[0].split())
    sentence = ROLE.sub(r"\1", paragraph).partition(". ")[0].rstrip(".")
    whose = f"Inherited from {library}, and described there."
    link = f"sklearn.datasets.{name.rpartition('.')[2]}"
    if what == "function" and link in app.config.numpydoc_xref_aliases:
        whose = f"It is scikit-learn's :func:`{link}`."
    lines[:] = [f"{sentence}.", "", whose]


def setup(app):
    """Register it, to run before numpydoc's reading of the sections."""
    app.connect("autodoc-process-docstring", shorten, priority=100)
    return {"parallel_read_safe": True}
