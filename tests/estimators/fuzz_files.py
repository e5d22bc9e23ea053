"""Loads a file with bytes changed at random, and tells what came of it, as JSON.

``python fuzz_files.py FILE FOLDER COUNT SEED``. Half of the changes come with checksums
that fit, so that the reader believes them.
"""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import skkeras
from skkeras.estimators.saving import archive

HARMLESS = ("object.", "marshal.", "sys._", "cpython.", "ctypes.", "gc.", "builtins.id")
events, watching = set(), False


def watch(event, arguments):
    """Note what a file must not lead to."""
    if not watching or event.startswith(HARMLESS):
        return
    if event == "open":
        path = os.fspath(arguments[0]) if not isinstance(arguments[0], int) else ""
        if not str(path).startswith((tempfile.tempdir, "/proc")):
            events.add(f"open {path}")
    elif event in ("import", "exec", "compile", "os.system", "subprocess.Popen"):
        events.add(f"{event} {arguments[0]!s:.80}")
    elif event.startswith(("os.exec", "os.fork", "os.spawn", "socket.", "urllib.")):
        events.add(event)


def mutated(rng, data):
    """Return a copy with some bits, bytes or pieces changed, left out or repeated."""
    data = bytearray(data)
    for _ in range(rng.integers(1, 6)):
        at, length = rng.integers(len(data)), rng.integers(1, 100)
        what = rng.integers(5)
        if what == 0:
            data[at] ^= 1 << rng.integers(8)
        elif what == 1:
            data[at : at + 4] = rng.bytes(4)
        elif what == 2:
            data[at : at + 8] = b"\xff" * 8
        elif what == 3:
            del data[at : at + length]
        else:
            data[at:at] = data[at : at + length]
    return bytes(data)


def variants(path, folder, count, seed):
    """Yield the path of each changed file in turn."""
    rng, original = np.random.default_rng(seed), Path(path).read_bytes()
    members, manifest = archive.read_archive(path)
    new = os.path.join(folder, "changed")
    for _ in range(count):
        which = rng.integers(4)
        if which < 2:
            Path(new).write_bytes(mutated(rng, original))
        else:
            name = ("estimator.json", "model-0.keras")[which - 2]
            changed = {**members, name: mutated(rng, members[name])}
            archive.write_archive(new, changed, manifest["versions"])
        yield new


def main(path, folder, count, seed):
    """Load all variants; print what was raised, done and taken."""
    global watching
    skkeras.load(path)
    outcomes, longest = {}, 0.0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.addaudithook(watch)
    for changed in variants(path, folder, count, seed):
        start, watching = time.perf_counter(), True
        try:
            skkeras.load(changed)
            outcome = "loaded"
        except Exception as error:
            outcome = type(error).__name__
        watching = False
        longest = max(longest, time.perf_counter() - start)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    result = {"outcomes": outcomes, "events": sorted(events)}
    print(json.dumps({**result, "longest": longest, "grown": grown}))


if __name__ == "__main__":
    tempfile.tempdir = sys.argv[2]
    main(*sys.argv[1:3], *map(int, sys.argv[3:]))
