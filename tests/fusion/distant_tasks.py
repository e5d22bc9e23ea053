"""Tasks that other processes run."""

import os
import threading
import time
import warnings

from joblib import Parallel, delayed


class Broken(Exception):
    pass


class Untold(Exception):
    """Cannot be made again from what pickle keeps of it."""

    def __init__(self, text, number):
        super().__init__(f"{text} {number}")


class Told(UserWarning):
    pass


def loop(function, arguments, **options):
    return Parallel(**options)(delayed(function)(a) for a in arguments)


def process_of(number):
    return os.getpid()


def noted(argument):
    """Leave a mark for each time that a task runs."""
    number, folder = argument
    (folder / f"{number}-{time.time_ns()}").touch()
    return number


def dying(argument):
    """Kill the process of task 5, the first time or each."""
    number, folder, always = argument
    noted((number, folder))
    flag = folder.with_name("has died")
    if number == 5 and (always or not flag.exists()):
        flag.touch()
        # Not before the other chunk is done, nor before the tasks of this one ran.
        time.sleep(1)
        os.kill(os.getpid(), 9)
    return number


def broken_at_three(number):
    if number == 3:
        raise Broken("task 3")
    return number


def untold_at_three(number):
    if number == 3:
        raise Untold("task", 3)
    return number


def exiting(number):
    raise SystemExit(number)


def warning(number):
    warnings.warn(f"task {number % 2}", Told, stacklevel=1)
    return number


def nested(number):
    return loop(process_of, range(3)), os.getpid()


def lock_of(number):
    return threading.Lock()


def sleeping(seconds):
    time.sleep(seconds)


def shape_and_sum(table):
    return table.shape, float(table.sum())


def in_a_task_of_dask(numbers):
    """Run a loop on the cluster from one of its own tasks."""
    import joblib

    import skkeras

    with joblib.parallel_config("dask"), skkeras.fused():
        return loop(process_of, numbers)
