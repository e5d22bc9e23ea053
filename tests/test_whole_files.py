import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from skkeras.whole_files import working_beside, writing_whole

WRITER = """
import sys, time
from skkeras.whole_files import working_beside, writing_whole
with writing_whole(sys.argv[1]) as file:
    file.write(b"half")
    file.flush()
    print("begun", flush=True)
    time.sleep(600)
"""


def age(file):
    """Let a file seem written an hour ago."""
    hour_ago = time.time() - 3600
    os.utime(file, (hour_ago, hour_ago))


@pytest.fixture
def begun(tmp_path):
    """Start a process that has half written a file."""
    path = tmp_path / "model.skkeras"
    path.write_bytes(b"old")
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE
    )
    process.stdout.readline()
    (half,) = set(tmp_path.iterdir()) - {path}
    age(half)
    yield path, half, process
    process.kill()
    process.wait()
    process.stdout.close()


def test_what_a_killed_writer_left_is_removed_by_the_next(begun):
    path, half, process = begun
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert path.read_bytes() == b"old"
    with writing_whole(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert not half.exists()
    assert list(path.parent.iterdir()) == [path]


def test_a_living_writer_is_left_alone(begun):
    path, half, _ = begun
    with writing_whole(path) as file:
        file.write(b"new")
    assert half.exists()


def test_files_of_other_names_are_left_alone(tmp_path):
    others = [".a.txt.0123", f".ab.txt.{'0' * 32}", f"a.txt.{'0' * 32}", ".a.txt"]
    for name in others:
        (tmp_path / name).write_bytes(b"mine")
        age(tmp_path / name)
    with writing_whole(tmp_path / "a.txt") as file:
        file.write(b"new")
    assert {each.name for each in tmp_path.iterdir()} == {*others, "a.txt"}


def test_a_writer_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def write_half():
        with writing_whole(path) as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_of_many_writers_at_once_one_wins_whole(tmp_path):
    path = tmp_path / "a.txt"

    def write(letter):
        with writing_whole(path) as file:
            for _ in range(1000):
                file.write(letter * 100)

    threads = [threading.Thread(target=write, args=(c,)) for c in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in {c * 100_000 for c in (b"a", b"b", b"c")}
    assert list(tmp_path.iterdir()) == [path]


WORKER = """
import sys, time
from skkeras.whole_files import working_beside
with working_beside(sys.argv[1]) as folder:
    (folder / "part").write_bytes(b"half")
    print("begun", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("is_killed", [True, False])
def test_folders_of_killed_workers_go_and_of_living_ones_stay(tmp_path, is_killed):
    path = tmp_path / "model.skkeras"
    command = [sys.executable, "-c", WORKER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        (folder,) = tmp_path.iterdir()
        if is_killed:
            process.kill()
            process.wait()
        age(folder)
        with writing_whole(path) as file:
            file.write(b"new")
        assert folder.exists() == (not is_killed)
        process.kill()


def test_a_folder_goes_whatever_is_raised_inside(tmp_path):
    def fail():
        with working_beside(tmp_path / "a") as folder:
            (folder / "part").touch()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []
