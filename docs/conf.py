"""How Sphinx builds the site: ``sphinx-build docs site``.

Everything comes from this repository: no page of another site is asked for.
"""

import os
import sys
from pathlib import Path

# Read when TensorFlow starts, so before anything here imports it.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["MPLBACKEND"] = "agg"

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

from gallery import GALLERY
from inventory_names import names_in

from skkeras import __version__

project = "skkeras"
author = "The skkeras developers"
copyright = author
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_parser",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinx-mathjax-offline",  # formulas without a network, too
    "sphinx_gallery.gen_gallery",
    "contents",
    "inherited",
    "repository_pages",
    "signatures",
    "strict",
]
# Sphinx's own page is search.html: the page of that name is among repository_pages.
exclude_patterns = ["inventories", "search.md", "_*"]
templates_path = ["_templates"]
html_static_path = ["_static"]

# Pages are Markdown that a code host shows as well.
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 4
# From the repository's root, which is where the pages of repository_pages come from.
repository_pages = [
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "benchmarks/results/*.md",
    "benchmarks/results/report/report.md",
    "docs/search.md",
    "examples/notebooks/*.ipynb",
]

# Their lists of links are the tables of contents.
contents_pages = ["guide", "migration", "explanation"]

autosummary_generate = True
toc_object_entries_show_parents = "hide"
autodoc_typehints = "none"  # numpydoc's sections have them
autodoc_member_order = "groupwise"

INVENTORIES = {
    "keras": "https://keras.io/",
    "matplotlib": "https://matplotlib.org/stable/",
    "numpy": "https://numpy.org/doc/stable/",
    "optuna": "https://optuna.readthedocs.io/en/stable/",
    "pandas": "https://pandas.pydata.org/docs/",
    "python": "https://docs.python.org/3/",
    "scipy": "https://docs.scipy.org/doc/scipy/",
    "sklearn": "https://scikit-learn.org/stable/",
}
intersphinx_mapping = {
    name: (address, f"inventories/{name}.inv") for name, address in INVENTORIES.items()
}

numpydoc_show_class_members = False  # the template lists them
numpydoc_xref_param_type = True
# Words of a type that are no names stay words.
numpydoc_xref_ignore = "all"
numpydoc_xref_aliases = {
    **{name: to for each in INVENTORIES for name, to in names_in(HERE, each).items()},
    "Bunch": "sklearn.utils.Bunch",
    "DataFrame": "pandas.DataFrame",
    "Figure": "matplotlib.figure.Figure",
    "Series": "pandas.Series",
}

sphinx_gallery_conf = GALLERY

html_theme = "pydata_sphinx_theme"
html_title = "skkeras"
html_favicon = "_static/favicon.svg"
html_logo = "_static/favicon.svg"
# Without it each first visit leaves an error in the browser's console.
html_context = {"default_mode": "auto"}
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "skkeras", "alt_text": "skkeras, to the start"},
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "show_prev_next": True,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
# Where a page has nothing beside it, its text gets the room.
html_sidebars = {page: [] for page in ("index", "start", "repository/CHANGELOG")}

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
