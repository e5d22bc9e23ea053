"""Full, read-only, damaged and missing storages, with the real fault."""

import ctypes
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import warnings
from contextlib import closing, contextmanager
from pathlib import Path

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.trial import TrialState
from search_worker import make_search, results_of
from sklearn.datasets import load_iris

from skkeras.model_selection.storage import close_connections, open_storage

pytestmark = pytest.mark.in_turn

X, y = load_iris(return_X_y=True)
CAPABILITY_VERSION = 0x20080522  # of <linux/capability.h>, as what follows
PASSES_PERMISSIONS = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


@contextmanager
def largest_file(n_bytes):
    """Let no file grow beyond: writes fail in the middle, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def permissions_count():
    """Take from root its right to write everywhere, in this thread and its children."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)  # 0: this thread

    def call(name, words):
        if getattr(libc, name)(header, words) != 0:
            raise OSError(ctypes.get_errno(), name)

    before = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    call("capget", before)
    call("capset", (ctypes.c_uint32 * 6)(before[0] & ~PASSES_PERMISSIONS, *before[1:]))
    try:
        yield
    finally:
        call("capset", before)


@pytest.fixture(params=["journal", "sqlite"])
def kind(request):
    return request.param


def storage_in(folder, kind):
    path = Path(folder) / "study"
    return path, str(path) if kind == "journal" else f"sqlite:///{path}"


def finished(storage):
    opened = open_storage(storage)
    study = optuna.load_study(study_name="shared", storage=opened)
    complete = study.get_trials(states=[TrialState.COMPLETE])
    close_connections(opened)
    return {trial.number: trial.values for trial in complete}


def descriptors(path):
    """The open files of that path; Linux tells."""
    links = Path("/proc/self/fd").glob("*")
    return [link for link in links if link.is_symlink() and _target(link) == str(path)]


def _target(link):
    try:
        return os.readlink(link)
    except FileNotFoundError:  # that of the listing itself
        return None


@pytest.mark.parametrize(
    ("kind", "more"),
    [("journal", 1), ("journal", 100), ("journal", 700), ("sqlite", 1)],
)
def test_a_full_disk_loses_nothing_that_was_finished(kind, tmp_path, fits, more):
    path, storage = storage_in(tmp_path, kind)
    quick = {"seconds": 0.0, "trials_per_batch": 5}
    make_search(storage, fits.log, n_trials=3, **quick).fit(X, y)
    before = finished(storage)
    with largest_file(path.stat().st_size + more):
        search = make_search(storage, fits.log, n_trials=60, **quick)
        with pytest.raises(ConnectionError, match=r"study.*fit again"):
            search.fit(X, y)
    assert descriptors(path) == []
    kept = finished(storage)
    assert kept.items() >= before.items()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        search = make_search(storage, fits.log, n_trials=60, **quick).fit(X, y)
    assert len(search.cv_results_["params"]) == 60
    assert finished(storage).items() >= kept.items()


def test_a_finished_study_is_read_where_nothing_can_be_written(kind, tmp_path, fits):
    path, storage = storage_in(tmp_path, kind)
    first = make_search(storage, fits.log, n_trials=3).fit(X, y)
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    with permissions_count():
        again = make_search(storage, fits.log, n_trials=3).fit(X, y)
        assert results_of(again) == results_of(first)
        said = "study.*(readonly|Permission denied|Read-only)"
        with pytest.raises(ConnectionError, match=said):
            make_search(storage, fits.log, n_trials=5).fit(X, y)
    tmp_path.chmod(0o755)
    assert descriptors(path) == []


FAULTS = {
    "folder": "it is a folder|Is a directory",
    "missing": "nowhere is not there|No such file",
    "nonsense": "not a database|no journal|no record",
    "empty lines": "not a database|no journal|no record",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_storage_is_named(kind, tmp_path, fault):
    path, storage = storage_in(tmp_path, kind)
    if fault == "folder":
        path.mkdir()
    elif fault == "missing":
        path, storage = storage_in(tmp_path / "nowhere", kind)
    else:
        path.write_bytes(b"\n\n" if fault == "empty lines" else os.urandom(5000))
    content = path.read_bytes() if path.is_file() else None
    with pytest.raises(ConnectionError, match=str(path)) as caught:
        make_search(storage, os.devnull).fit(X, y)
    assert re.search(FAULTS[fault], str(caught.value))
    assert "\n" not in str(caught.value)
    assert descriptors(path) == []
    if content is not None:
        assert path.read_bytes() == content


def test_a_database_damaged_inside_is_named(tmp_path, fits):
    path, storage = storage_in(tmp_path, "sqlite")
    make_search(storage, fits.log, n_trials=3).fit(X, y)
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)  # all but its first page
    path.write_bytes(content)
    with pytest.raises(ConnectionError, match=r"study.*(malformed|not a database)"):
        make_search(storage, fits.log, n_trials=5).fit(X, y)
    assert descriptors(path) == []
    assert path.read_bytes() == content


@pytest.fixture(scope="module")
def journal(tmp_path_factory):
    """The bytes of a journal with five finished trials."""
    folder = tmp_path_factory.mktemp("journal")
    make_search(str(folder / "study"), str(folder / "fits"), n_trials=5).fit(X, y)
    return (folder / "study").read_bytes()


@settings(max_examples=30)
@given(data=st.data())
def test_a_journal_cut_anywhere_goes_on(journal, data):
    """Wherever a kill cut it, and whoever wrote after it."""
    cut = data.draw(st.integers(0, len(journal)))
    after_zeros = journal.index(b"\n") + 1  # a file that begins so is no journal
    next_record = data.draw(st.sampled_from([b"", journal.splitlines(True)[-1]]))
    zeros = data.draw(st.sampled_from([b"", b"\0" * 4096]))
    zeros = zeros if cut >= after_zeros else b""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study"
        path.write_bytes(journal[:cut] + (zeros or next_record))
        whole = journal[:cut].rfind(b"\n") + 1
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            storage = open_storage(str(path))
        said = [str(w.message) for w in caught if "not written to its end" in str(w)]
        assert bool(said) == (cut != whole or bool(zeros))
        assert path.read_bytes().startswith(journal[:whole])
        records = [json.loads(line) for line in path.read_bytes().splitlines()]
        assert len(records) == journal[:whole].count(b"\n") + bool(
            next_record and not zeros
        )
        (study,) = storage.get_all_studies() or [None]
        if study is not None:
            storage.set_study_user_attr(study._study_id, "still", "writable")


def test_a_damaged_journal_is_not_cut(journal, tmp_path):
    lines = journal.splitlines(keepends=True)
    lines[3] = b"\xff" * len(lines[3]) + b"\n"
    path = tmp_path / "study"
    path.write_bytes(b"".join(lines))
    with pytest.raises(ConnectionError, match="line 4 is no record"):
        open_storage(str(path))
    assert path.read_bytes() == b"".join(lines)


WRITER = """
import sys, optuna
from skkeras.model_selection.storage import close_connections, open_storage
storage = open_storage(sys.argv[1])
study = optuna.create_study(storage=storage, study_name=sys.argv[2])
print(flush=True)
for number in range(10**4):
    study.set_user_attr("much", "x" * 10**6)
"""


def test_killed_writers_leave_a_journal_that_others_read(tmp_path):
    path = str(tmp_path / "study")
    for number in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, path, f"study {number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with closing(writer.stdout):
            writer.stdout.readline()
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names = optuna.get_all_study_names(open_storage(path))
        assert sorted(names) == [f"study {n}" for n in range(number + 1)]
