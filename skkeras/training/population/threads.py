"""Several populations at a time, one a thread: XLA computes without Python's lock."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice

import tensorflow as tf


class Stopped(Exception):
    """Training was given up: the caller has been interrupted."""


def n_threads():
    """Return how many populations may train at a time.

    As many as there are cores, or as ``tf.config.threading`` allows; one on a GPU or
    under a distribution strategy, which belongs to the thread that entered it.
    """
    if tf.config.list_physical_devices("GPU") or tf.distribute.has_strategy():
        return 1
    return tf.config.threading.get_intra_op_parallelism_threads() or _cores()


def _cores():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_all(calls, here):
    """Run calls side by side, and then some in this thread.

    Parameters
    ----------
    calls : iterable of callable
        Each takes an Event that tells it to stop, and is begun while those after the
        next are yet to come. One alone is run in this thread.
    here : iterable of callable
        Taking the same; run in turn in this thread, where users expect their code.

    Raises
    ------
    Exception
        What a call raised; the others are told to stop, and waited for.
    """
    calls, threads, stop = iter(calls), n_threads(), threading.Event()
    few = list(islice(calls, 2))
    if min(threads, len(few)) < 2:
        for call in chain(few, calls, here):
            call(stop)
        return
    with ThreadPoolExecutor(threads, "skkeras training") as pool:
        try:
            futures = [pool.submit(call, stop) for call in chain(few, calls)]
            for call in here:
                call(stop)
            for future in futures:
                future.result()
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
