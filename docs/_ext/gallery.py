"""How sphinx-gallery runs the examples."""

# Shown but not run: their data have to be downloaded.
NOT_RUN = ("mnist", "imdb")

GALLERY = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": rf"/(?!({'|'.join(NOT_RUN)})\.py)\w+\.py$",
    "within_subsection_order": "ExampleTitleSortKey",
    "doc_module": ("skkeras",),
    "reference_url": {"skkeras": None},
    "backreferences_dir": "api/examples",
    "inspect_global_variables": False,
    "abort_on_example_error": True,
    "download_all_examples": False,
    "write_computation_times": False,
    "show_signature": False,
    "remove_config_comments": True,
    "capture_repr": ("_repr_html_", "__repr__"),
}
