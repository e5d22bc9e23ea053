"""How much memory a file may ask for: decided by its size, before any is taken.

What a file declares, members, arrays, weights and the variables of its model, must lie
in it. What Python objects take beside that is a multiple of their text.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import h5py
import keras

from skkeras.estimators.saving.allowance import Allowance, counting

TIMES = 200
"""Bytes of memory that a byte of a file may lead to."""


def check_members(archive: zipfile.ZipFile, size: int) -> None:
    """Raise `ValueError` where a zip file's members take more than the file.

    Parameters
    ----------
    archive : zipfile.ZipFile
    size : int
        Bytes of the file.
    """
    members = archive.infolist()
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{member.filename} is compressed.")
    if sum(member.file_size for member in members) > size:
        raise ValueError("its members lie one over the other.")
    if len({member.filename for member in members}) < len(members):
        raise ValueError("two members have one name.")


def check_weights(
    config: dict[str, Any],
    files: list[bytes],
    custom_objects: Mapping[str, Any],
    allowance: Allowance,
) -> None:
    """Raise `ValueError` where a model has more weights than its files hold.

    The model is built without its weights, and again by Keras, which reads weights and
    assets only into models that it builds itself; the first costs a quarter of loading.
    Layers of the caller's own may want their variables at once, and are trusted.

    Parameters
    ----------
    config : dict
        Of the model; it names nothing that it may not.
    files : list of bytes
        In HDF5.
    custom_objects : dict of str to object
        What the caller passed, by name.
    allowance : Allowance
        Of the whole file.
    """
    stored = sum(map(_stored_numbers, files))
    try:
        with counting(allowance, stored):
            keras.saving.deserialize_keras_object(
                {**config, "compile_config": None},
                custom_objects=custom_objects,
                safe_mode=True,
            )
    except ValueError:
        allowance.check()  # without what Keras adds to the message
        if not custom_objects:
            raise
    allowance.check()  # Keras goes on after some errors


def _stored_numbers(data):
    """Return how many numbers an HDF5 file holds; each array must be whole."""
    total, seen = 0, set()
    with h5py.File(io.BytesIO(data), "r") as file:
        left = [file]
        while left:
            group = left.pop()
            for name in group:
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise ValueError("its weights lie elsewhere")
                child = group[name]
                address = h5py.h5o.get_info(child.id).addr
                if address in seen:
                    raise ValueError("its weights lie in a circle")
                seen.add(address)
                if isinstance(child, h5py.Dataset):
                    total += _whole(child)
                else:
                    left.append(child)
    return total


def _whole(array):
    """Return how many numbers an array has, if the file holds as many."""
    if array.is_virtual or array.external or array.compression or array.chunks:
        raise ValueError("its weights are not stored as they are")
    if array.nbytes > array.id.get_storage_size():
        raise ValueError("an array of its weights is larger than what is stored of it")
    return array.size
