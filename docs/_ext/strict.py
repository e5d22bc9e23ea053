"""Fails a build that has warnings, as ``sphinx-build -W`` does, without the option."""

import logging

from sphinx.util.logging import is_suppressed_warning


class Watch(logging.Handler):
    """Remembers whether a warning was shown."""

    def __init__(self, suppressed):
        super().__init__(logging.WARNING)
        self.suppressed = suppressed
        self.seen = False

    def emit(self, record):
        """Take a record that is at least a warning."""
        kind = getattr(record, "type", ""), getattr(record, "subtype", "")
        self.seen |= not is_suppressed_warning(*kind, self.suppressed)


def setup(app):
    """Watch from now on, and set the exit status at the end."""
    watch = Watch(app.config.suppress_warnings)
    logging.getLogger("sphinx").addHandler(watch)

    def finish(app, exception):
        if watch.seen:
            app.statuscode = 1

    app.connect("build-finished", finish)
    return {"parallel_read_safe": True}
