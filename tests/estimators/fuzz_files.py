"""Loads a file with bytes changed at random, and tells what came of it, as JSON.

``python fuzz_files.py FILE FOLDER COUNT SEED``. Most changes come with checksums that
fit, at both levels, so that the reader believes them: bytes of a member of the file or
of its model's file, or names and numbers of what these hold as JSON.
"""

import copy
import io
import json
import os
import resource
import sys
import tempfile
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np

import skkeras
from skkeras.estimators.saving import archive

HARMLESS = ("object.", "marshal.", "sys._", "cpython.", "gc.", "builtins.id")
OF_FILES = {
    *("os.listdir", "os.scandir", "os.remove", "os.rename", "os.mkdir", "os.rmdir"),
    *("os.link", "os.symlink", "os.chmod", "os.chown", "os.truncate", "os.utime"),
    *("shutil.copyfile", "shutil.move", "shutil.rmtree", "shutil.unpack_archive"),
    *("glob.glob", "tempfile.mkdtemp", "tempfile.mkstemp"),
}
OF_THE_SYSTEM = (
    *("os.exec", "os.fork", "os.spawn", "os.kill", "os.putenv", "socket.", "urllib."),
    *("ctypes.dlopen", "mmap.", "signal.", "pickle.find_class", "webbrowser."),
)
ODD = (
    *(None, True, -1, 0, 1e300, 10**30, "", "..", "/etc/passwd", "keras_hub", "os"),
    *("__lambda__", "Lambda", "function", "system", "float16", [], {}, [[]]),
    {"class_name": "Lambda", "module": "keras.layers", "config": {}},
    {"class_name": "function", "module": "os", "config": "system"},
    {"class_name": "__numpy__", "config": {"value": [1], "dtype": "O"}},
    {"class_name": "__keras_tensor__", "config": {"shape": [10**9], "dtype": "int8"}},
)
AT_A_CHECKSUM = "was changed after", "is damaged", "Bad CRC-32"
events, watching = set(), False


def watch(event, arguments):
    """Note what a file must not lead to."""
    if not watching or event.startswith(HARMLESS):
        return
    if event == "open":
        path = os.fspath(arguments[0]) if not isinstance(arguments[0], int) else ""
        if not str(path).startswith((tempfile.tempdir, "/proc")):
            events.add(f"open {path}")
    elif event == "compile" and arguments[1] == "<unknown>":
        return  # by ast.literal_eval, with which NumPy reads what an array is
    elif event in ("import", "exec", "compile", "os.system", "subprocess.Popen"):
        events.add(f"{event} {arguments[0]!s:.80}")
    elif event in OF_FILES:
        # A name in a folder that is open has been looked at as that folder.
        in_folder = isinstance(arguments[-1], int) and arguments[-1] >= 0
        for path in arguments:
            is_path = isinstance(path, str | os.PathLike) and not in_folder
            if is_path and not os.fspath(path).startswith(tempfile.tempdir):
                events.add(f"{event} {path}")
    elif event.startswith(OF_THE_SYSTEM):
        events.add(event)


def mutated(rng, data):
    """Return a copy with some bits, bytes or pieces changed, left out or repeated."""
    data = bytearray(data)
    for _ in range(rng.integers(1, 6)):
        if not data:
            break
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


def reworded(rng, data):
    """Return JSON in which some values were changed, moved, nested or left out."""
    content = json.loads(data)
    for _ in range(rng.integers(1, 4)):
        places = list(_places(content))
        if not places:
            break
        holder, key = places[rng.integers(len(places))]
        other, other_key = places[rng.integers(len(places))]
        what = rng.integers(6)
        if what == 0:
            holder[key] = ODD[rng.integers(len(ODD))]
        elif what == 1:
            holder[key] = copy.deepcopy(other[other_key])
        elif what == 2:
            holder[key] = [holder[key]] * int(rng.integers(2, 50))
        elif what == 3:
            del holder[key]
        elif what == 4 and isinstance(holder[key], int | float):
            holder[key] = holder[key] * float(10.0 ** rng.integers(-9, 10)) + 1
        else:
            holder[key] = {"class_name": "Dense", "config": holder[key]}
    return json.dumps(content).encode()


def _places(content):
    """Yield (list or dict, key) of every value inside."""
    keys = range(len(content)) if isinstance(content, list) else list(content)
    for key in keys:
        yield content, key
        if isinstance(content[key], list | dict):
            yield from _places(content[key])


def changed_member(rng, members):
    """Return members one of which was changed, by bytes or by what it says."""
    name = list(members)[rng.integers(len(members))]
    is_json, data = name.endswith(".json"), members[name]
    change = reworded if is_json and rng.random() < 0.7 else mutated
    return {**members, name: change(rng, data)}


def changed_model(rng, data):
    """Return a zip file one of whose members was changed, with fitting checksums."""
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(new, "w") as file:
        members = {name: old.read(name) for name in old.namelist()}
        for name, content in changed_member(rng, members).items():
            file.writestr(name, content)
    return new.getvalue()


def variants(path, folder, count, seed):
    """Yield the path of each changed file in turn."""
    rng, original = np.random.default_rng(seed), Path(path).read_bytes()
    members, manifest = archive.read_archive(path)
    new = os.path.join(folder, "changed")
    inner = "pipeline.skops" if "pipeline.skops" in members else "model-0.keras"
    for _ in range(count):
        which = rng.random()
        if which < 0.1:
            Path(new).write_bytes(mutated(rng, original))
            yield new
            continue
        if which < 0.6:
            model = changed_model(rng, members[inner])
            changed = {**members, inner: model}
        else:
            changed = changed_member(rng, members)
        archive.write_archive(new, changed, manifest["versions"])
        yield new


def main(path, folder, count, seed):
    """Load all variants; print what was raised, done and taken."""
    global watching
    skkeras.load(path)
    warnings.simplefilter("ignore")  # to show one, Python reads the source it is from
    outcomes, longest, read = {}, 0.0, 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.addaudithook(watch)
    for changed in variants(path, folder, count, seed):
        start, watching = time.perf_counter(), True
        try:
            skkeras.load(changed)
            outcome = "loaded"
        except Exception as error:
            outcome = type(error).__name__
            read += not any(words in str(error) for words in AT_A_CHECKSUM)
        else:
            read += 1
        watching = False
        longest = max(longest, time.perf_counter() - start)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    result = {"outcomes": outcomes, "events": sorted(events)}
    print(json.dumps({**result, "longest": longest, "grown": grown, "read": read}))


if __name__ == "__main__":
    tempfile.tempdir = sys.argv[2]
    main(*sys.argv[1:3], *map(int, sys.argv[3:]))
