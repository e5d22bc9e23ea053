"""The command: check many seeds, print a line for each and a summary."""

import argparse
import re
from collections import Counter

from random_models.comparison import check


def main(arguments=None):
    """Check seeds S, S+1, ...; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100, help="how many cases")
    parser.add_argument("--seed", type=int, default=0, help="of the first case")
    parser.add_argument(
        "--quick", action="store_true", help="compare one member of a case only"
    )
    options = parser.parse_args(arguments)
    outcomes = []
    for seed in range(options.seed, options.seed + options.n):
        outcomes.append(check(seed, thorough=not options.quick))
        print(outcomes[-1].line(), flush=True)
    print(summary(outcomes))
    return int(any(outcome.differences for outcome in outcomes))


def summary(outcomes):
    """Return counts by engine and reason, and the seeds that differ."""
    reasons = Counter(
        (o.training.engine, re.sub(r"\d+", "N", o.training.reason or "")[:100])
        for o in outcomes
    )
    lines = ["", f"{len(outcomes)} cases"]
    lines += [
        f"{count:5}  {engine}{': ' * bool(reason)}{reason}"
        for (engine, reason), count in reasons.most_common()
    ]
    refused = Counter(re.sub(r"\d+", "N", each) for o in outcomes for each in o.refused)
    lines.append(f"drawn again, as Keras itself refused: {refused.total()}")
    lines += [f"{count:5}  {each}" for each, count in refused.most_common()]
    honest = sum(bool(o.honest) for o in outcomes)
    lines.append(f"with differences that rounding explains: {honest}")
    lines.append(f"with random layers: {sum(o.is_random for o in outcomes)}")
    lines.append(
        f"seconds a case: {sum(o.seconds for o in outcomes) / len(outcomes):.1f}"
    )
    wrong = [o.case.seed for o in outcomes if o.differences]
    lines.append(f"different: {len(wrong)} {wrong}")
    return "\n".join(lines)
