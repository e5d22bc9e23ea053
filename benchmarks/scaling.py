"""What chunks of fits, and a study that many processes share, cost.

`python benchmarks/scaling.py` trains 64 fits of an 8-12-8-1 net on Pima under `fused()`
in one process and in two, by joblib's loky and by Dask; counts the bytes that a fit
takes on its way; and has 2, 8 and 32 processes ask a study in PostgreSQL, and in a
journal file, for trials and tell it values. It writes results/scaling.md and
scaling.json. It needs `skkeras[dask,postgres]` and PostgreSQL's programs.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import environment
import joblib

HERE = Path(__file__).parent
N_FITS, EPOCHS, ROUNDS, TRIPS = 64, 100, 5, 10
WORKERS, SECONDS, N_PARAMS = (2, 8, 32), 4.0, 8
PLACES = {
    "one core": "one process, on one core",
    "here": "one process, `fused()`",
    "loky": "two processes of loky, `fused()`",
    "dask": "two workers of Dask, `OMP_NUM_THREADS=2`, `fused()`",
    "dask as it is": "two workers of Dask, which sets it to 1, `fused()`",
    "dask alone": "two workers of Dask, each fit by itself",
}


@contextmanager
def place(name):
    """Have loops run there; the block is for each loop, after processes have begun."""
    import skkeras

    with ExitStack() as stack:
        if name == "one core":
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        elif name == "loky":
            stack.enter_context(joblib.parallel_config("loky", n_jobs=2))
        elif name.startswith("dask"):
            from dask.distributed import Client, LocalCluster

            options = {"threads_per_worker": 1, "dashboard_address": ":0"}
            if name != "dask as it is":
                options["env"] = {"OMP_NUM_THREADS": "2"}
            cluster = stack.enter_context(LocalCluster(n_workers=2, **options))
            stack.enter_context(Client(cluster))
            stack.enter_context(joblib.parallel_config("dask"))
        if name != "dask alone":
            stack.enter_context(skkeras.fused())
        yield


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def fits(name):
    """Measure fits at one place."""
    from sklearn.model_selection import ShuffleSplit, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from skkeras import KerasMLPClassifier
    from skkeras.datasets import load_pima

    X, y = load_pima(return_X_y=True)
    net = KerasMLPClassifier(
        (12, 8), epochs=EPOCHS, batch_size=10, l2=0.0, random_state=0
    )
    folds = ShuffleSplit(N_FITS, test_size=0.2, random_state=0)
    model, scores = make_pipeline(StandardScaler(), net), []

    def loop():
        scores[:] = cross_val_score(model, X, y, cv=folds)

    def trip():
        joblib.Parallel(n_jobs=-1)(joblib.delayed(abs)(n) for n in range(2))

    sent = watch_chunks()
    with place(name):
        first = seconds(loop)
        again = [seconds(loop) for _ in range(1 if name == "dask alone" else ROUNDS)]
        found = {
            "first": first,
            "again": again,
            "score": statistics.mean(scores),
            "bytes": dict(sent),
        }
        if name in ("loky", "dask"):
            found["trips"] = [seconds(trip) for _ in range(TRIPS)]
    return found


def watch_chunks():
    """Count what the chunks of the last loop take."""
    from skkeras.fusion import chunked_backend

    sent, pack, results_of = {}, chunked_backend.pack, chunked_backend.results_of

    def packing(calls, max_members):
        chunk = pack(calls, max_members)
        sent["fit"] = len(chunk.tasks) / len(calls)
        sent["tables"] = sum(table.nbytes for table in chunk.tables)
        return chunk

    def unpacking(outcome, registry):
        results = results_of(outcome, registry)
        sent["result"] = len(outcome) / len(results)
        return results

    chunked_backend.pack, chunked_backend.results_of = packing, unpacking
    return sent


@contextmanager
def postgresql():
    """Start a server of its own, which does not wait for the disk."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    home = Path(tempfile.mkdtemp())
    as_user = {"user": "postgres"} if os.geteuid() == 0 else {}
    if as_user:
        shutil.chown(home, "postgres")

    def run(program, *options):
        command = [programs / program, "-D", home / "data", *options]
        subprocess.run(command, check=True, capture_output=True, cwd=home, **as_user)

    run("initdb", "-U", "ann", "--auth=trust")
    settings = f"-k {home} -c listen_addresses= -c fsync=off"
    run("pg_ctl", "-w", "-l", home / "log", "-o", settings, "start")
    try:
        yield f"postgresql+psycopg://ann@/postgres?host={home}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(home)


def ask_and_tell(storage, name, start, counts):
    """Ask for trials with eight parameters, and tell their values, for a while."""
    import optuna

    from skkeras.model_selection.storage import open_storage

    space = {
        f"x{n}": optuna.distributions.FloatDistribution(0, 1) for n in range(N_PARAMS)
    }
    sampler = optuna.samplers.RandomSampler()
    study = optuna.load_study(
        study_name=name, storage=open_storage(storage), sampler=sampler
    )
    start.wait()
    count, until = 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        study.tell(study.ask(space), 0.5)
        count += 1
    counts.put(count)


def trials_a_second(storage, n_workers):
    import optuna

    from skkeras.model_selection.storage import open_storage

    name = f"{n_workers} workers"
    optuna.create_study(study_name=name, storage=open_storage(storage))
    # Forked: TensorFlow, which must not be, is not imported here.
    fork = multiprocessing.get_context("fork")
    start, counts = fork.Barrier(n_workers), fork.Queue()
    arguments = (storage, name, start, counts)
    workers = [
        fork.Process(target=ask_and_tell, args=arguments) for _ in range(n_workers)
    ]
    for worker in workers:
        worker.start()
    total = sum(counts.get(timeout=120) for _ in workers)
    for worker in workers:
        worker.join()
    return total / SECONDS


def studies():
    """Measure asking and telling."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with postgresql() as url, tempfile.TemporaryDirectory() as folder:
        journal = f"{folder}/study.log"
        return {
            kind: {str(n): trials_a_second(storage, n) for n in WORKERS}
            for kind, storage in (("PostgreSQL", url), ("journal file", journal))
        }


def in_a_process(*arguments):
    """Measure in a fresh process."""
    out = subprocess.run(
        [sys.executable, __file__, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(out.stdout.splitlines()[-1])


def page(found):
    """Lay the results out as Markdown."""
    n_cores, places = found["facts"]["cores"], found["places"]
    low, high = found["load"]
    lines = [
        "# What it costs to use more than one process",
        "",
        f"{environment.sentence()[:-1]}, dask {found['facts']['dask']}, joblib "
        f"{joblib.__version__}. Other work ran on the same cores: the load was "
        f"{low:.1f} before, {high:.1f} at the end, so ratios say more than seconds.",
        "",
        "## Fits",
        "",
        f"{N_FITS} fits of an 8-12-8-1 net on 614 rows of Pima, {EPOCHS} epochs in "
        f"batches of 10. All places give the same mean score, "
        f"{places['here']['score']:.4f}, to "
        f"{max(abs(p['score'] - places['here']['score']) for p in places.values()):.0e}"
        f". Medians of {ROUNDS} rounds after the first, in which processes start, "
        "import TensorFlow and compile; of fits by themselves, one round.",
        "",
        "| where | first, s | then, s | fits a second | fits a second and core |",
        "|:--|--:|--:|--:|--:|",
    ]
    for name, each in places.items():
        again = statistics.median(each["again"])
        cores = 1 if name == "one core" else n_cores
        lines.append(
            f"| {PLACES[name]} | {each['first']:.1f} | {again:.2f} | "
            f"{N_FITS / again:.1f} | {N_FITS / again / cores:.1f} |"
        )
    sent = places["dask"]["bytes"]
    trips = {n: 1000 * statistics.median(places[n]["trips"]) for n in ("loky", "dask")}
    lines += [
        "",
        "A loop whose tasks do nothing, one chunk for each process: "
        f"{trips['loky']:.0f} ms by loky, {trips['dask']:.0f} ms by Dask (medians of "
        f"{TRIPS}).",
        "",
        "## Bytes on the wire",
        "",
        "| | bytes |",
        "|:--|--:|",
        f"| a fit, with its row numbers and its share of small arrays | "
        f"{sent['fit']:,.0f} |",
        f"| its scores and times | {sent['result']:,.0f} |",
        f"| tables of 64 KiB or more, once a worker | {sent['tables']:,.0f} |",
        "",
        "## Trials",
        "",
        f"Trials a second of all processes together: ask for {N_PARAMS} numbers of a "
        f"random sampler, tell a value; {SECONDS:.0f} s each. The database, which does "
        "not wait for the disk (`fsync=off`), and the processes share the cores.",
        "",
        f"| study in | {' | '.join(f'{n} processes' for n in WORKERS)} |",
        "|:--|" + "--:|" * len(WORKERS),
    ]
    for kind, rates in found["studies"].items():
        numbers = " | ".join(f"{rates[str(n)]:.0f}" for n in WORKERS)
        lines.append(f"| {kind} | {numbers} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fits", choices=PLACES, help="measure one place alone")
    parser.add_argument("--studies", action="store_true", help="measure trials alone")
    arguments = parser.parse_args()
    if arguments.fits or arguments.studies:
        print(json.dumps(fits(arguments.fits) if arguments.fits else studies()))
        return
    before = os.getloadavg()[0]
    found = {
        "facts": {**environment.describe(), "dask": version("dask")},
        "studies": in_a_process("--studies"),
        "places": {name: in_a_process("--fits", name) for name in PLACES},
    }
    found["load"] = [before, os.getloadavg()[0]]
    results = HERE / "results"
    (results / "scaling.json").write_text(json.dumps(found, indent=1) + "\n")
    (results / "scaling.md").write_text(page(found))
    print(page(found))


if __name__ == "__main__":
    main()
