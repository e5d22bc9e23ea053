import os

import pytest

from skkeras.report.startup import without_startup_log

LOG = b"""\
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795226650.598516   20224 port.cc:153] custom operations are on.
"""


def test_only_the_log_is_dropped(capfd):
    with without_startup_log():
        os.write(2, b"before\n" + LOG + b"after\n")
    os.write(2, b"later\n")
    assert capfd.readouterr().err == "before\nafter\nlater\n"


def test_an_error_and_its_text_come_through(capfd):
    @without_startup_log()
    def import_broken():
        os.write(2, LOG + b"F0000 00:00:1 fatal\n")
        raise ImportError("broken")

    with pytest.raises(ImportError, match="broken"):
        import_broken()
    assert capfd.readouterr().err == "F0000 00:00:1 fatal\n"
