"""The files of a report."""

import json
from pathlib import Path

from skkeras.report.document import to_markdown
from skkeras.report.errors import InputError
from skkeras.report.provenance import to_json


def make_folder(path):
    """Make the folder for a report, before anything is measured.

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


def save(benchmark, provenance, folder):
    """Write ``report.md``, ``scores.csv`` and ``report.json``.

    Parameters
    ----------
    benchmark : Benchmark
        With at least one finished model.
    provenance : dict
        What `skkeras.report.provenance.provenance` collected.
    folder : Path
        Where to; files of those names are replaced.
    """
    report = to_markdown(benchmark, provenance)
    (folder / "report.md").write_text(report, encoding="utf-8")
    benchmark.scores.to_csv(folder / "scores.csv", index=False)
    manifest = json.dumps(
        to_json(benchmark, provenance), indent=2, ensure_ascii=False, allow_nan=False
    )
    (folder / "report.json").write_text(manifest + "\n", encoding="utf-8")
