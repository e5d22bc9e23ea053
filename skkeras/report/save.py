"""The files of a report."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skkeras.report.document import to_markdown
from skkeras.report.drawing import draw_benchmark, draw_comparison
from skkeras.report.errors import InputError
from skkeras.report.html import comparison_page, to_html
from skkeras.report.provenance import to_json
from skkeras.whole_files import writing_whole

if TYPE_CHECKING:
    from skkeras.report.benchmark import Benchmark
    from skkeras.report.comparison import Comparison


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Create the folder for a report, before anything is measured.

    Parameters
    ----------
    path : str or Path
        The folder; its parents are made too.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If it is a file, or if nothing can be written there.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".skkeras-probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(
            f"--out {path}: cannot write there ({error.strerror}); "
            "choose another folder"
        ) from None
    return folder


def save(benchmark: Benchmark, provenance: dict[str, Any], folder: Path) -> None:
    """Write ``report.html``, ``report.md``, ``scores.csv``, ``report.json``, figures.

    Parameters
    ----------
    benchmark : Benchmark
        With at least one finished model.
    provenance : dict
        What `skkeras.report.provenance.provenance` collected.
    folder : Path
        Where to; files of those names are replaced.
    """
    # What was measured first: all else can be made from it again.
    save_data(benchmark, provenance, folder)
    report = to_markdown(benchmark, provenance)
    (folder / "report.md").write_text(report, encoding="utf-8")
    page = to_html(benchmark, provenance, draw_benchmark(benchmark, folder))
    (folder / "report.html").write_text(page, encoding="utf-8")


def save_data(benchmark: Benchmark, provenance: dict[str, Any], folder: Path) -> None:
    """Write ``scores.csv`` and ``report.json``, each whole or not at all.

    Parameters
    ----------
    benchmark : Benchmark
        With at least one finished model.
    provenance : dict
        What `skkeras.report.provenance.provenance` collected.
    folder : Path
        Where to; files of those names are replaced.
    """
    with writing_whole(folder / "scores.csv") as file:
        file.write(benchmark.scores.to_csv(index=False).encode())
    save_manifest(benchmark, provenance, folder)


def save_manifest(
    benchmark: Benchmark, provenance: dict[str, Any], folder: Path
) -> None:
    """Write ``report.json``, from which a run that was stopped can go on.

    Parameters
    ----------
    benchmark : Benchmark
        Perhaps without a finished model.
    provenance : dict
        What `skkeras.report.provenance.provenance` collected.
    folder : Path
        Where to; a file of that name is replaced.
    """
    manifest = json.dumps(
        to_json(benchmark, provenance), indent=2, ensure_ascii=False, allow_nan=False
    )
    with writing_whole(folder / "report.json") as file:
        file.write(f"{manifest}\n".encode())


def save_comparison(comparison: Comparison, folder: str | os.PathLike[str]) -> Path:
    """Write a comparison's page, tables and figures.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.
    folder : str or Path
        Where to; made if it is not there.

    Returns
    -------
    Path
        The page.
    """
    folder = make_folder(folder)
    tables = {
        "scores": lambda: comparison.scores.to_csv(index=False),
        "summary": lambda: comparison.summary().to_csv(),
        "pairwise": lambda: comparison.pairwise().to_csv(index=False),
    }
    for name, table in tables.items():
        with writing_whole(folder / f"{name}.csv") as file:
            file.write(table().encode())
    pictures = draw_comparison(comparison, folder, None, "comparison")
    written = datetime.now(UTC).isoformat(timespec="seconds")
    page = folder / "report.html"
    page.write_text(comparison_page(comparison, pictures, written), encoding="utf-8")
    return page
