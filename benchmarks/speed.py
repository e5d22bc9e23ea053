"""How fast skkeras cross-validates, beside what people would use instead.

`python benchmarks/speed.py` runs each contender in a process of its own, in turn, three
rounds, and writes the medians and their ratios to results/speed.md and speed.json.
scikeras is measured at 5, 10 and 20 epochs: its cost grows linearly with epochs, so the
time of 150 is the line through the first and the last, and the one between shows how
well the line fits (`--whole` runs all 150 instead).
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
HUNDRED = {
    "hundred-fits": "100 fits of a factory's net",
    "hundred-perceptrons": "100 fits of KerasMLPClassifier",
}
NAMES = ["skkeras", "skkeras-fused", *HUNDRED, "scikit-learn", "keras-wrapper"]


def run_script(*arguments):
    """Run a script of this folder in a process of its own; read what it prints last."""
    run = subprocess.run(
        [sys.executable, HERE / arguments[0], *arguments[1:]],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


def measure(name):
    print(f"  {name} …", end=" ", flush=True)
    result = run_script("contenders.py", name)
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


def scikeras_line(results):
    """Return seconds of all epochs, and a sentence on where they come from."""
    if "scikeras-150" in results:
        return median(results, "scikeras-150"), "scikeras ran all 150 epochs."
    short, middle, long = (median(results, f"scikeras-{n}") for n in (5, 10, 20))
    per_epoch = (long - short) / 15
    seconds, expected = short + (EPOCHS - 5) * per_epoch, short + 5 * per_epoch
    return seconds, (
        f"scikeras took {short:.1f}, {middle:.1f} and {long:.1f} s for 5, 10 and 20 "
        f"epochs. The line through the first and the last gives {expected:.1f} s at "
        f"10, {abs(middle / expected - 1):.0%} off what was measured, and "
        f"{seconds:.0f} s at 150."
    )


def ratios(results):
    """Put each wanted ratio of medians beside the one measured."""
    scikeras, _ = scikeras_line(results)
    plain = median(results, "skkeras")
    first = median(results, "skkeras-fused")
    again = median(results, "skkeras-fused", "warm_seconds")
    perceptron = median(results, "scikit-learn")
    rows = [
        ("cross_val_score, not fused", plain, "scikeras", scikeras, 25),
        ("fused, first time", first, "scikeras", scikeras, 50),
        ("fused, seen before", again, "scikeras", scikeras, 150),
        ("fused, first time", first, "MLPClassifier", perceptron, 6),
    ]
    for name, what in HUNDRED.items():
        single = 100 * median(results, name, "single_seconds")
        rows.append((what, median(results, name), "100 x one compiled fit", single, 4))
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


def loop_table(loop):
    """Put the engine's epoch loop beside the hand-written one."""
    rows = [
        (int(members), run["engine"], run["bare"], run["engine"] / run["bare"])
        for members, run in loop.items()
    ]
    columns = ["members", "engine (s)", "bare tf.while_loop (s)", "engine / bare"]
    return pd.DataFrame(rows, columns=columns)


def page(results, loop, crossover):
    """Return the results as Markdown."""
    _, line = scikeras_line(results)
    rounds = len(next(iter(results.values())))
    parts = [
        "# Speed",
        environment.sentence(),
        "Pima, `StandardScaler` pipeline, 8-12-8-1 net, adam, batches of 10, "
        "150 epochs, ten stratified folds. Each contender in a process of its own, in "
        f"turn, {rounds} rounds; medians; imports not counted.",
        _markdown(ratios(results)),
        "## Contenders",
        _markdown(contenders_table(results)),
        line,
        "`keras-wrapper` is `keras.wrappers.SKLearnClassifier`: its clone loses "
        "`fit_kwargs`, so it trains one epoch in place of 150, and its accuracy shows "
        "it. `skkeras-fused` is the first run of an architecture. `hundred-fits` calls "
        "a factory and holds a Keras model for each fit, `hundred-perceptrons` builds "
        "models when they are looked at: none here.",
        "## The epoch loop beside a hand-written one",
        "150 epochs on 700 rows, compiled before. The bare loop knows this one net "
        "and optimizer; the engine's time is that of the whole call, and it uses all "
        "cores.",
        _markdown(loop_table(loop)),
    ]
    if crossover is None:
        return "\n\n".join(parts) + "\n"
    parts += [
        "## Where fusion stops paying",
        "Milliseconds of one fit's epoch: by `Model.fit`, compiled alone, and fused "
        'with four others, each forced; then what `engine="auto"` picks, and how '
        "many times faster than `Model.fit` that is.",
        _markdown(pd.DataFrame(crossover)),
    ]
    return "\n\n".join(parts) + "\n"


def _markdown(table):
    return table.to_markdown(index=False, floatfmt=".3g")


def write(results, loop, crossover):
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    (folder / "speed.md").write_text(page(results, loop, crossover))
    report = {
        "environment": environment.describe(),
        "contenders": results,
        "ratios": ratios(results).to_dict("records"),
        "loop": loop,
        "crossover": crossover,
    }
    (folder / "speed.json").write_text(json.dumps(report, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    epochs = (150,) if options.whole else (5, 10, 20)
    results = measure_in_turn(
        [*NAMES, *(f"scikeras-{n}" for n in epochs)], options.rounds
    )
    print("the epoch loop …", flush=True)
    loop = run_script("loop.py")
    write(results, loop, None)
    print("larger models …", flush=True)
    write(results, loop, run_script("crossover.py"))
    print(ratios(results).to_string(index=False))


if __name__ == "__main__":
    main()
