"""The tables of docs/old_lines.md: an old line, what it gives today, what to write."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pages

PAGE = Path(__file__).parents[1] / "docs" / "old_lines.md"
CODE = re.compile(r"``(.+?)``|`(.+?)`")
# What may stand before a message, or before an explanation.
KINDS = ("error", "warning", "not heeded", "means something else", "works")
QUIET = ("not heeded", "means something else")


@dataclass(frozen=True)
class OldLine:
    """A row of a table."""

    section: str
    setup: str  # of this section and those before it
    line: str
    kind: str
    message: str  # "" where it says nothing
    note: str  # "" where none is added
    modern: str  # "" where nothing takes its place

    def __str__(self):
        return self.line


def spans(cell):
    """Return the pieces of code in a cell."""
    return [double or single for double, single in CODE.findall(cell)]


def old_lines() -> Iterator[OldLine]:
    """Yield the rows of all tables."""
    _, sections = pages.sections(PAGE.read_text(encoding="utf-8"))
    setup = ""
    for section, text in sections.items():
        setup += "".join(source for _, source, _ in pages.code_and_output(text))
        for row in re.findall(r"^\| (`.+) \|$", text, re.M):
            old, today, modern = row.split(" | ")
            kind = next(kind for kind in KINDS if today.startswith(kind))
            said = spans(today) if kind in ("error", "warning") else []
            yield OldLine(
                section,
                setup,
                line="\n".join(spans(old)),
                kind=kind,
                message=said[0] if said else "",
                note=said[1] if "with a note" in today else "",
                modern="\n".join(spans(modern)),
            )
