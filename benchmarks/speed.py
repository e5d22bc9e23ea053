"""How fast skkeras cross-validates, beside what people would use instead.

`python benchmarks/speed.py` runs each contender in a process of its own, in turn, three
rounds, and writes the medians and their ratios to results/speed.md and speed.json.
scikeras is measured at 10 and at 20 epochs: its cost grows linearly with epochs, so the
time of 150 is the line through both (`--whole` runs all 150 instead).
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

import environment
import pandas as pd
from contenders import EPOCHS

HERE = Path(__file__).parent
NAMES = ["skkeras", "skkeras-fused", "hundred-fits", "scikit-learn", "keras-wrapper"]


def measure(name):
    """Run one contender and read what it prints last."""
    print(f"  {name} …", end=" ", flush=True)
    run = subprocess.run(
        [sys.executable, HERE / "contenders.py", name],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    result = json.loads(run.stdout.splitlines()[-1])
    print(f"{result['seconds']:.2f} s", flush=True)
    return result


def measure_in_turn(names, rounds):
    results = {name: [] for name in names}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}")
        for name in names:
            results[name].append(measure(name))
    return results


def median(results, name, key="seconds"):
    return statistics.median(result[key] for result in results[name])


def scikeras_seconds(results):
    """Seconds of all epochs, and what an epoch and the rest cost."""
    if "scikeras-150" in results:
        return median(results, "scikeras-150"), None
    short, long = median(results, "scikeras-10"), median(results, "scikeras-20")
    per_epoch = (long - short) / 10
    return short + (EPOCHS - 10) * per_epoch, per_epoch


def ratios(results):
    """Put each wanted ratio of medians beside the one measured."""
    scikeras, _ = scikeras_seconds(results)
    plain = median(results, "skkeras")
    first = median(results, "skkeras-fused")
    again = median(results, "skkeras-fused", "warm_seconds")
    perceptron = median(results, "scikit-learn")
    single = median(results, "hundred-fits", "single_seconds")
    hundred = median(results, "hundred-fits")
    rows = [
        ("cross_val_score, not fused", plain, "scikeras", scikeras, 25),
        ("fused, first time", first, "scikeras", scikeras, 50),
        ("fused, seen before", again, "scikeras", scikeras, 150),
        ("fused, first time", first, "MLPClassifier", perceptron, 6),
        ("100 fits, fused", hundred, "100 x one compiled fit", 100 * single, 4),
    ]
    columns = ["what", "seconds", "against", "its seconds", "wanted times"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(4, "times faster", table["its seconds"] / table["seconds"])
    return table


def contenders_table(results):
    return pd.DataFrame(
        [
            {
                "contender": name,
                "seconds": median(results, name),
                "fastest": min(r["seconds"] for r in runs),
                "slowest": max(r["seconds"] for r in runs),
                "accuracy": statistics.median(r["accuracy"] for r in runs),
                "peak MB": median(results, name, "peak_mb"),
            }
            for name, runs in results.items()
        ]
    )


def write(results):
    scikeras, per_epoch = scikeras_seconds(results)
    linear = (
        f"scikeras at 150 epochs is the line through its medians at 10 and 20: "
        f"{per_epoch:.2f} s an epoch for ten folds, {scikeras:.0f} s in all."
        if per_epoch
        else "scikeras ran all 150 epochs."
    )
    parts = [
        "# Speed",
        environment.sentence(),
        "Pima, `StandardScaler` pipeline, 8-12-8-1 net, adam, batches of 10, "
        "150 epochs, ten stratified folds. Each contender in a process of its own, in "
        f"turn, {len(next(iter(results.values())))} rounds; medians; imports not "
        "counted.",
        ratios(results).to_markdown(index=False, floatfmt=".3g"),
        "## Contenders",
        contenders_table(results).to_markdown(index=False, floatfmt=".3g"),
        linear,
        "`keras-wrapper` is `keras.wrappers.SKLearnClassifier`: its clone loses "
        "`fit_kwargs`, so it trains one epoch in place of 150, and its accuracy shows "
        "it.",
    ]
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "speed.md").write_text("\n\n".join(parts) + "\n")
    report = {
        "environment": environment.describe(),
        "contenders": results,
        "ratios": ratios(results).to_dict("records"),
    }
    (HERE / "results" / "speed.json").write_text(json.dumps(report, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    scikeras = ["scikeras-150"] if options.whole else ["scikeras-10", "scikeras-20"]
    results = measure_in_turn([*NAMES, *scikeras], options.rounds)
    write(results)
    print(ratios(results).to_string(index=False))


if __name__ == "__main__":
    main()
