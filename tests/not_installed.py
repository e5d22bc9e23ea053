"""Makes a process that finds no library of some names, as if they were not installed.

`python tests/not_installed.py NAMES STATEMENT` runs a statement in one; names are
separated by commas.
"""

import sys


class Without:
    """A finder of modules that finds all but some, and notes who has asked for those.

    Parameters
    ----------
    finder : finder
        As in ``sys.meta_path``.
    names : tuple of str
        Of packages.
    asked : set of str
        Takes the paths of the files that import one of them.
    """

    def __init__(self, finder, names, asked):
        self._finder, self._names, self._asked = finder, names, asked

    def __getattr__(self, name):
        return getattr(self._finder, name)

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in self._names:
            return self._finder.find_spec(name, path, target)
        frame = sys._getframe(1)
        while "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        self._asked.add(frame.f_code.co_filename)
        return None


def hide(*names):
    """Hide packages from this process; return the files that ask for them from now on.

    Parameters
    ----------
    *names : str

    Returns
    -------
    set of str
        Which grows.
    """
    asked = set()
    sys.meta_path[:] = [Without(finder, names, asked) for finder in sys.meta_path]
    return asked


if __name__ == "__main__":
    hide(*sys.argv[1].split(","))
    exec(sys.argv[2])
