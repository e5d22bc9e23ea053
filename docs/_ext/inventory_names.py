"""The names that an inventory knows, for the types of parameters."""

from sphinx.util.inventory import InventoryFile


def names_in(docs, library):
    """Return the dotted names in one of ``docs/inventories``.

    Python's own are left out: numpydoc knows them.
    """
    content = (docs / "inventories" / f"{library}.inv").read_bytes()
    inventory = InventoryFile.loads(content, uri="")
    kinds = [kind for kind in inventory.data if kind.startswith("py:")]
    return {name for kind in kinds for name in inventory.data[kind] if "." in name}
