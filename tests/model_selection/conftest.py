import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WORKER = Path(__file__).with_name("search_worker.py")
sys.path.insert(0, str(WORKER.parent))
from servers import (  # noqa: E402, F401 - fixtures
    mysql,
    mysql_server,
    postgresql,
    postgresql_server,
    storage,
)


class Workers:
    """Starts search processes, and ends those that are left."""

    def __init__(self):
        self.processes = []

    def start(self, **arguments):
        process = subprocess.Popen(
            [sys.executable, "-W", "error", str(WORKER), json.dumps(arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        self.processes.append(process)
        return process

    @staticmethod
    def result(process):
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
        assert err == ""
        return json.loads(out)


@pytest.fixture
def workers():
    """Start searches in processes of their own."""
    workers = Workers()
    yield workers
    for process in workers.processes:
        process.kill()
        process.communicate()


@pytest.fixture
def fits(tmp_path):
    """Read which fits the processes have begun: a list of [pid, a]."""
    log = tmp_path / "fits.log"
    log.touch()

    def read():
        return [json.loads(line) for line in log.read_text().splitlines()]

    read.log = str(log)
    return read
