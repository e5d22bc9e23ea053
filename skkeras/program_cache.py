"""Compiled programs that later processes find in a folder."""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
from importlib.metadata import version
from pathlib import Path

_FLAGS = "TF_XLA_FLAGS"
_FOLDER_FLAG = "--tf_xla_persistent_cache_directory="


def cache_programs(folder: str | os.PathLike[str]) -> Path:
    """Keep what is compiled in a folder, where later processes find it.

    A new architecture costs a process about a second before it trains, of which XLA's
    compiler takes the larger part. With this, only the first process pays for that
    part; tracing and the proof that a program does what Keras does remain in each.
    Call it before anything is computed. On Keras's PyTorch backend nothing is compiled,
    and this does nothing.

    A script that is run again finds its programs. TensorFlow numbers what it traces,
    and takes the numbers for a part of a program: one that is trained after other
    models than before is compiled again.

    Parameters
    ----------
    folder : str or path-like
        Made where it is not there. Several processes may use it at a time. Nothing in
        it is ever removed: a program of a small net takes about half a megabyte. What
        lies there is executed, so nobody else should be able to write to it.

    Returns
    -------
    pathlib.Path
        The folder inside it that is used, which belongs to the processor's kind and to
        the installed versions.

    Raises
    ------
    RuntimeError
        When TensorFlow has computed something, and reads its settings no more.
    ValueError
        When the environment variable ``TF_XLA_FLAGS`` names another folder.

    Notes
    -----
    The cache is XLA's own. For TensorFlow the variable ``TF_XLA_FLAGS`` of this process
    is set, which processes that it starts inherit; for JAX its `compilation cache
    <https://docs.jax.dev/en/latest/persistent_compilation_cache.html>`_ is configured.
    A file is written under another name first, so that a process that is killed leaves
    none that is not whole. Where TensorFlow cannot read or write one, since it was
    damaged or the disk is full, ``Model.fit`` trains, and ``training_.reason`` has the
    error: delete the folder.

    Examples
    --------
    >>> import skkeras
    >>> used = skkeras.cache_programs("~/.cache/skkeras")  # doctest: +SKIP
    """
    import keras

    backend = keras.backend.backend()
    used = Path(folder).expanduser().absolute() / _kind_of_programs(backend)
    used.mkdir(parents=True, exist_ok=True)
    if backend == "tensorflow":
        _cache_of_tensorflow(used)
    elif backend == "jax":
        _cache_of_jax(used)
    return used


def _kind_of_programs(backend):
    """Return what programs must have in common to be run here, in a few letters.

    XLA compiles for the processor that it runs on.
    """
    library = {"tensorflow": "tensorflow", "jax": "jaxlib"}.get(backend)
    release = version(library) if library else "-"
    parts = (platform.system(), platform.machine(), _processor(), release)
    digest = hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()
    return f"{backend}-{release}-{digest}"


def _processor():
    """Return the instructions that the processor has, or else its name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = ("model name", "flags", "Features", "CPU implementer", "CPU part")
    return "\n".join(sorted({line for line in lines if line.startswith(names)}))


def _cache_of_tensorflow(folder):
    before = os.environ.get(_FLAGS)
    flags = [f for f in (before or "").split() if f != f"{_FOLDER_FLAG}{folder}"]
    if named := [f for f in flags if f.startswith(_FOLDER_FLAG)]:
        raise ValueError(
            f"{_FLAGS} has {named[0]!r}: without it, compiled programs would be kept "
            f"in {str(folder)!r}."
        )
    os.environ[_FLAGS] = " ".join([*flags, f"{_FOLDER_FLAG}{folder}"])
    if not _is_written_to(folder):
        if before is None:
            del os.environ[_FLAGS]
        else:
            os.environ[_FLAGS] = before
        raise RuntimeError(
            "TensorFlow has computed something before, and reads its settings no more: "
            "call skkeras.cache_programs first, or in a new process."
        )


def _is_written_to(folder):
    """Return whether TensorFlow puts there what it compiles, which a trial shows."""
    import tensorflow as tf

    def trial():
        return tf.range(3)

    # XLA writes the name, by which it is told from what other processes put there.
    trial.__name__ = f"trial_{secrets.token_hex(8)}"
    known = set(folder.iterdir())
    tf.function(trial, jit_compile=True)()
    new = set(folder.glob("*.pb")) - known
    found = [path for path in new if trial.__name__.encode() in path.read_bytes()]
    for path in found:
        path.unlink()
    return bool(found)


def _cache_of_jax(folder):
    import jax  # pyright: ignore[reportMissingImports]
    from jax.experimental.compilation_cache import (  # pyright: ignore[reportMissingImports]
        compilation_cache,
    )

    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    compilation_cache.reset_cache()  # of what compiled before
