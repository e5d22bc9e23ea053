"""Write the inventories that cross-references into other libraries' pages are made of.

The site is built without a network, so Sphinx cannot ask scikit-learn or Keras where
their pages are. Here the names that are installed are put into the addresses that each
project documents; keras.io has no inventory at all. Run this again after a new version
of one of them, with the test dependencies and ``sphobjinv`` installed:

    $ python -m pip install sphobjinv && python docs/inventories/make.py
"""

import importlib
import inspect
from importlib.metadata import version
from pathlib import Path

import sphobjinv
from keras_pages import KERAS_PAGES
from other_pages import LABELS, PAGES, SKLEARN_MODULES

HERE = Path(__file__).parent


def role_of(name):
    """Return the role that Python's domain gives to an object, by its dotted name."""
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module or "builtins"), attribute)
    except ImportError:  # a method, or an attribute, of a class
        module, _, of = module.rpartition(".")
        found = getattr(getattr(importlib.import_module(module), of), attribute)
        return "method" if callable(found) else "attribute"
    if inspect.isclass(found):
        return "class"
    if inspect.ismodule(found):
        return "module"
    return "function" if callable(found) else "data"


def public_names_of_sklearn():
    """Yield the classes and functions of scikit-learn's documented modules."""
    for name in SKLEARN_MODULES:
        module = importlib.import_module(name)
        names = getattr(module, "__all__", None) or _defined_in(module)
        yield from (f"{name}.{each}" for each in names if not each.startswith("_"))


def _defined_in(module):
    return [n for n, v in vars(module).items() if _home(v) == module.__name__]


def _home(value):
    return getattr(value, "__module__", None)


def python_objects(pages):
    """Yield entries for a mapping of addresses to names; ``{}`` is each name."""
    for page, names in pages.items():
        for name in names:
            uri = page.format(name)
            yield sphobjinv.DataObjStr(
                name=name,
                domain="py",
                role=role_of(name),
                priority="1",
                uri=uri,
                dispname="-",
            )


def labels(pages):
    """Yield entries for terms and sections, which are no Python objects."""
    for (role, name), uri in pages.items():
        yield sphobjinv.DataObjStr(
            name=name, domain="std", role=role, priority="-1", uri=uri, dispname="-"
        )


def write(project, pages):
    """Write one library's inventory."""
    inventory = sphobjinv.Inventory()
    inventory.project, inventory.version = project, ""
    if project != "python":
        inventory.version = version("scikit-learn" if project == "sklearn" else project)
    inventory.objects.extend(python_objects(pages))
    inventory.objects.extend(labels(LABELS.get(project, {})))
    inventory.objects.sort(key=lambda entry: entry.name)
    text = sphobjinv.compress(inventory.data_file(contract=True))
    sphobjinv.writebytes(HERE / f"{project}.inv", text)
    print(f"{project}: {len(inventory.objects)} names, {len(text)} bytes")


def main():
    """Write all inventories."""
    sklearn = {"modules/generated/{0}.html#{0}": sorted(public_names_of_sklearn())}
    for project, pages in {
        "keras": {f"api/{page}": names for page, names in KERAS_PAGES.items()},
        "sklearn": sklearn,
        **PAGES,
    }.items():
        write(project, pages)


if __name__ == "__main__":
    main()
