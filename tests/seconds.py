"""Where the time of a run went: ``--seconds-by-file`` tells."""

from collections import Counter

MOST_FILES = 60


def pytest_addoption(parser):
    parser.addoption(
        "--seconds-by-file",
        action="store_true",
        help="print how long the tests of each file took, the slowest first",
    )


def pytest_configure(config):
    is_worker = hasattr(config, "workerinput")
    if config.option.seconds_by_file and not is_worker:
        config.pluginmanager.register(SecondsByFile())


class SecondsByFile:
    """Adds up the durations that tests report."""

    def __init__(self):
        self.seconds, self.tests = Counter(), Counter()

    def pytest_runtest_logreport(self, report):
        file = report.nodeid.partition("::")[0]
        self.seconds[file] += report.duration
        self.tests[file] += report.when == "call"

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.section(f"seconds by file ({self.seconds.total():.0f} in all)")
        for file, seconds in self.seconds.most_common(MOST_FILES):
            terminalreporter.line(
                f"{seconds:6.0f} s {self.tests[file]:5} tests  {file}"
            )
