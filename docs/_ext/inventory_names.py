"""The names that an inventory knows, for the types of parameters."""

from sphinx.util.inventory import InventoryFile


def names_in(docs, library):
    """Map the dotted names in one of ``docs/inventories`` to references to them.

    Python's own are left out: numpydoc knows them.
    """
    content = (docs / "inventories" / f"{library}.inv").read_bytes()
    return {
        name: f":py:obj:`{name}`"
        for kind, entries in InventoryFile.loads(content, uri="").data.items()
        for name in entries
        if kind.startswith("py:") and "." in name
    }
