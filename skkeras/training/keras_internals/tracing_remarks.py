"""Keeps TensorFlow's remarks about its own tracing out of a user's log."""

import logging
from contextlib import contextmanager

_REMARKS = (
    "uses a while_loop",
    "Using a while_loop",
    "triggered tf.function retracing",
)


@contextmanager
def without_tracing_remarks():
    """Drop what TensorFlow says about vectorization and retracing inside the block.

    That some operations run member by member, and that each architecture is traced
    anew, is how this engine works and nothing a user could change.
    """
    logger = logging.getLogger("tensorflow")
    logger.addFilter(_is_no_remark)
    try:
        yield
    finally:
        logger.removeFilter(_is_no_remark)


def _is_no_remark(record):
    message = record.getMessage()
    return not any(remark in message for remark in _REMARKS)
