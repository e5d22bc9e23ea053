"""A zip file of named members with their checksums, written whole or not at all."""

import hashlib
import json
import os
import tempfile
import zipfile
from pathlib import Path

MANIFEST = "manifest.json"
FORMAT, FORMAT_VERSION = "skkeras estimator", 1


def write_archive(path, members, versions):
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
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "versions": versions,
        "sha256": {name: _digest(data) for name, data in members.items()},
    }
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
                for name, data in members.items():
                    archive.writestr(name, data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_archive(path):
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
    try:
        with zipfile.ZipFile(path) as archive:
            members = {i.filename: _member(archive, i) for i in archive.infolist()}
        manifest = json.loads(members.pop(MANIFEST))
        version, digests = manifest["format_version"], manifest["sha256"]
        is_ours = manifest["format"] == FORMAT
    except (
        zipfile.BadZipFile,
        KeyError,
        TypeError,
        ValueError,
        NotImplementedError,
        EOFError,
    ) as error:
        raise ValueError(
            f"{os.fspath(path)} is damaged, or was not written by an estimator's "
            f"save(): {error}"
        ) from error
    if not is_ours or version != FORMAT_VERSION:
        raise ValueError(
            f"{os.fspath(path)} has the format {manifest['format']!r}, version "
            f"{version!r}; this version of skkeras reads {FORMAT!r}, version "
            f"{FORMAT_VERSION}."
        )
    found = {name: _digest(data) for name, data in members.items()}
    if found != digests:
        changed = sorted(n for n in found | digests if found.get(n) != digests.get(n))
        raise ValueError(
            f"{os.fspath(path)} was changed after it was written: the checksum of "
            f"{', '.join(changed)} does not match."
        )
    return members, manifest


def _member(archive, info):
    if info.compress_type != zipfile.ZIP_STORED:  # a few bytes could fill the memory
        raise ValueError(f"{info.filename} is compressed.")
    return archive.read(info)


def _digest(data):
    return hashlib.sha256(data).hexdigest()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
