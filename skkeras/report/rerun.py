"""Measuring what an earlier report measured, and finding what differs."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from skkeras.report.errors import InputError
from skkeras.report.text import plural

TOLERANCE = 1e-9


def read_manifest(path: str | os.PathLike[str], option: str) -> dict[str, Any]:
    """Read a report's manifest.

    Parameters
    ----------
    path : str or Path
        A ``report.json``.
    option : str
        Of the command, that names it.

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If there is no such file, or it is no report of ``skkeras benchmark``.
    """
    try:
        manifest = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{option} {path}: there is no such file") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{option} {path} cannot be read as JSON: {error}") from None
    needed = {"command", "datasets", "versions", "python"}
    if not isinstance(manifest, dict) or not needed <= manifest.keys():
        raise InputError(
            f"{option} {path} is no report of skkeras benchmark; give its report.json"
        )
    return manifest


def differences(earlier: dict[str, Any], later: dict[str, Any]) -> list[str]:
    """List in what two reports differ, apart from times.

    Parameters
    ----------
    earlier, later : dict
        Two manifests.

    Returns
    -------
    list of str
        Versions first, then data, then models; a single line where all is equal.
    """
    lines = [
        f"{package} was {earlier['versions'].get(package)}, is {version}"
        for package, version in later["versions"].items()
        if earlier["versions"].get(package) != version
    ]
    if earlier["python"] != later["python"]:
        lines.append(f"Python was {earlier['python']}, is {later['python']}")
    for name, study in later["datasets"].items():
        before = earlier["datasets"].get(name)
        lines += (
            [f"{name} was not there"] if before is None else _study(name, before, study)
        )
    lines += [
        f"{name} is no longer there"
        for name in earlier["datasets"]
        if name not in later["datasets"]
    ]
    return lines or ["versions, data and every score are the same"]


def _study(name, before, study):
    if before.get("fingerprint") != study["fingerprint"]:
        yield f"{name}: the data have changed"
    gone = set(before["models"]) - set(study["models"])
    new = set(study["models"]) - set(before["models"])
    yield from (f"{name}: {model} is no longer there" for model in sorted(gone))
    yield from (f"{name}: {model} was not there" for model in sorted(new))
    for model, found in study["models"].items():
        if model in before["models"]:
            yield from _model(f"{name}: {model}", before["models"][model], found)


def _model(name, before, found):
    if before["parameters"] != found["parameters"]:
        yield f"{name} has other parameters"
    for metric, values in found["scores"].items():
        old = before.get("scores", {}).get(metric)
        if old is None or len(old) != len(values):
            yield f"{name} had no such scores of {metric}"
            continue
        gaps = [_gap(a, b) for a, b in zip(old, values, strict=True)]
        changed = [gap for gap in gaps if gap > TOLERANCE]
        if changed:
            yield (
                f"{name} has another {metric} in {plural(len(changed), 'fold')} of "
                f"{len(gaps)}, by {max(changed):.2g} at most"
            )


def _gap(a, b):
    if a is None or b is None:
        return 0.0 if a is b else math.inf
    return abs(a - b)
