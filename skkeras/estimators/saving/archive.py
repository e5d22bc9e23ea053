"""A zip file of named members with their checksums, written whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skkeras.estimators.saving.limits import check_members
from skkeras.whole_files import writing_whole

MANIFEST = "manifest.json"
FORMAT, FORMAT_VERSION = "skkeras estimator", 1


def write_archive(
    path: str | os.PathLike[str], members: dict[str, bytes], versions: Mapping[str, str]
) -> None:
    """Write members to a file, replacing it only when all is on the disk.

    Parameters
    ----------
    path : str or os.PathLike
        The file.
    members : dict of str to bytes
        Contents by name.
    versions : dict of str to str
        Versions of the packages that wrote them, for the manifest.
    """
    with writing_whole(path) as file:
        file.write(packed(members, versions))


def packed(members: dict[str, bytes], versions: Mapping[str, str]) -> bytes:
    """Return members as the content of a file.

    Parameters
    ----------
    members : dict of str to bytes
        Contents by name.
    versions : dict of str to str
        Versions of the packages that wrote them, for the manifest.

    Returns
    -------
    bytes
    """
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "versions": versions,
        "sha256": {name: _digest(data) for name, data in members.items()},
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def read_archive(
    path: str | os.PathLike[str],
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Read and check the members of a file.

    Parameters
    ----------
    path : str or os.PathLike
        The file.

    Returns
    -------
    members : dict of str to bytes
        Contents by name.
    manifest : dict
        As it was written.

    Raises
    ------
    ValueError
        When the file is not one of these, is damaged, or is of a later version.
    """
    return unpacked(Path(path).read_bytes(), os.fspath(path))


def unpacked(data: bytes, name: str) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Check the content of a file, and return its members.

    Parameters
    ----------
    data : bytes
        From :func:`packed`.
    name : str
        Of the file, for errors.

    Returns
    -------
    members : dict of str to bytes
        Contents by name.
    manifest : dict
        As it was written.

    Raises
    ------
    ValueError
        As :func:`read_archive` does.
    """
    try:
        members = _members(data)
        manifest = json.loads(members.pop(MANIFEST))
        version, digests = manifest["format_version"], manifest["sha256"]
        is_ours = manifest["format"] == FORMAT
    except Exception as error:  # zipfile raises a dozen kinds, by what is damaged
        raise ValueError(
            f"{name} is damaged, or was not written by an estimator's save(): {error}"
        ) from error
    if not is_ours or version != FORMAT_VERSION:
        raise ValueError(
            f"{name} has the format {manifest['format']!r}, version "
            f"{version!r}; this version of skkeras reads {FORMAT!r}, version "
            f"{FORMAT_VERSION}."
        )
    found = {each: _digest(content) for each, content in members.items()}
    if found != digests:
        changed = sorted(n for n in found | digests if found.get(n) != digests.get(n))
        raise ValueError(
            f"{name} was changed after it was written: the checksum of "
            f"{', '.join(changed)} does not match."
        )
    return members, manifest


def _members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_members(archive, len(data))
        return {each: archive.read(each) for each in archive.namelist()}


def _digest(data):
    return hashlib.sha256(data).hexdigest()
