"""Makes a process whose Keras calls some private names otherwise, as a new one may.

`python tests/renamed_names.py NAMES STATEMENT` runs a statement in one; names are
separated by commas. Keras itself goes on working: each name is another in all of its
source, the names of modules included.
"""

import importlib.machinery
import re
import sys

SUFFIX = "_called_otherwise"


class Renaming(importlib.machinery.SourceFileLoader):
    """A loader of source in which some names are others.

    Parameters
    ----------
    fullname, path : str
        As in `importlib.machinery.SourceFileLoader`.
    """

    names = ()

    def get_code(self, fullname):
        """Compile the changed source; what was compiled before is of the old names."""
        source = self.get_data(self.path).decode()
        for name in self.names:
            source = re.sub(rf"\b{name}\b", name + SUFFIX, source)
        return compile(source, self.path, "exec", dont_inherit=True)


class Finder:
    """Finds Keras's modules, those that have been renamed under their new names alone.

    Parameters
    ----------
    names : list of str
    """

    def __init__(self, names):
        Renaming.names = tuple(names)

    def find_spec(self, name, path=None, target=None):
        """Find a module of Keras's; nothing else."""
        last = name.rpartition(".")[2]
        if not f"{name}.".startswith("keras."):
            return None
        if last in Renaming.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        was = name.removesuffix(SUFFIX)
        spec = importlib.machinery.PathFinder.find_spec(was, path)
        if spec is None or not spec.origin:
            return spec
        is_package = spec.submodule_search_locations is not None
        loader = Renaming(name, spec.origin)
        new = importlib.machinery.ModuleSpec(
            name, loader, origin=spec.origin, is_package=is_package
        )
        new.has_location = True
        if is_package:
            new.submodule_search_locations = spec.submodule_search_locations
        return new


if __name__ == "__main__":
    sys.meta_path.insert(0, Finder(sys.argv[1].split(",")))
    exec(sys.argv[2])
