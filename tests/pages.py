"""Runs the code of a page of Markdown and compares what it prints with the page."""

import contextlib
import io
import math
import re

import keras

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+\.?\d*(?:e[-+]?\d+)?")


def code_and_output(text):
    """Yield line, source, and the block of text right after it or None."""
    fences = list(FENCE.finditer(text))
    for fence, following in zip(fences, [*fences[1:], None], strict=False):
        if fence[1] != "python":
            continue
        shown = None
        if following and following[1] == "text":
            is_next = not text[fence.end() : following.start()].strip()
            shown = following[2] if is_next else None
        yield text[: fence.start()].count("\n") + 1, fence[2], shown


def sections(text):
    """Return what comes before the first ``##`` heading, and a dict of the sections."""
    begin, *parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return begin, dict(zip(parts[::2], parts[1::2], strict=True))


def run(text, name, namespace=None):
    """Run the Python blocks of a page, each with what the ones before it left.

    What a block prints has to be what the page shows below it: the same words, and
    numbers that agree to 15 % or 0.06, since the last digits of a training differ
    between processors and versions.
    """
    namespace = {"__name__": "__main__"} if namespace is None else namespace
    n_blocks = 0
    for line, source, shown in code_and_output(text):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            # Line numbers of a traceback are those of the page.
            exec(compile("\n" * line + source, name, "exec"), namespace)
        n_blocks += 1
        if shown is not None:
            assert_same_output(printed.getvalue(), shown, f"{name}:{line}")
    return n_blocks


def assert_same_output(printed, shown, where):
    if keras.backend.backend() != "tensorflow":
        return  # the same seed starts from other weights there
    words = [" ".join(NUMBER.sub(" # ", text).split()) for text in (printed, shown)]
    assert words[0] == words[1], f"{where} prints\n{printed}"
    numbers = [[float(n) for n in NUMBER.findall(text)] for text in (printed, shown)]
    for got, expected in zip(*numbers, strict=True):
        assert math.isclose(got, expected, rel_tol=0.15, abs_tol=0.06), (
            f"{where} prints {got} for {expected}:\n{printed}"
        )
