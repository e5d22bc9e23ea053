"""What it costs to divide a population over devices, on virtual ones of a CPU.

`KERAS_BACKEND=jax python benchmarks/devices.py` trains the same populations divided
over virtual devices and on one, and prints the seconds of the first run; the least
seconds in the compiled loop of later ones, and processor seconds of all of such a run,
which others on the machine lengthen less; and the largest difference of a weight.
Virtual devices share the cores: this shows what dividing costs, not what devices gain.
"""

import argparse
import os
import time

import environment
import numpy as np
import pandas as pd


def configure(count):
    """Make virtual devices, before the backend starts."""
    if environment.BACKEND == "jax":
        flag = f"--xla_force_host_platform_device_count={count}"
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flag}"
        from skkeras.training.engines import jax_devices as where
    else:
        import tensorflow as tf

        (cpu,) = tf.config.list_physical_devices("CPU")
        each = [tf.config.LogicalDeviceConfiguration()] * count
        tf.config.set_logical_device_configuration(cpu, each)
        from skkeras.training.program import program_family as where
    return where


def net(seed):
    import keras

    start = keras.initializers.GlorotUniform(seed)
    units = zip((12, 8, 1), ("relu", "relu", "sigmoid"), strict=True)
    layers = [keras.layers.Dense(n, f, kernel_initializer=start) for n, f in units]
    model = keras.Sequential([keras.Input((8,)), *layers])
    model.compile(keras.optimizers.Adam(), "binary_crossentropy")
    return model


def population(members, options):
    """Train a population; return its weights, and the seconds it took."""
    from skkeras.training import BuiltModel, Job, train

    rng = np.random.default_rng(0)
    x = rng.normal(size=(options.rows, 8)).astype("float32")
    y = (x[:, :1] > 0).astype("float32")
    settings = {"epochs": options.epochs, "batch_size": 10}
    jobs = [Job(BuiltModel(net(k)), x, y, seed=k, **settings) for k in range(members)]
    start, spent = time.perf_counter(), time.process_time()
    trainings = [result.training for result in train(jobs)]
    assert {training.engine for training in trainings} == {"fused"}
    return {
        "weights": [w for job in jobs for w in job.model.get_weights()],
        "first": time.perf_counter() - start,
        "CPU": time.process_time() - spent,
        "loop": max(training.run_seconds for training in trainings),
    }


def measured(members, where, options):
    """Return a row of the table."""
    from skkeras.training.engines import engine_of_backend
    from skkeras.training.program.devices import Devices

    there, runs = where.devices, {}
    for name, devices in (("divided", there), ("one", Devices)):
        where.devices = devices
        engine_of_backend().forget_programs()
        runs[name] = [population(members, options) for _ in range(options.runs + 1)]
    where.devices = there
    pairs = zip(*(runs[name][0]["weights"] for name in runs), strict=True)
    row = {"members": members}
    for name, (first, *later) in runs.items():
        row[f"{name}, first"] = first["first"]
        for part in ("loop", "CPU"):
            row[f"{name}, {part}"] = min(run[part] for run in later)
    for part in ("loop", "CPU"):
        row[f"{part}, divided / one"] = row[f"divided, {part}"] / row[f"one, {part}"]
    return row | {"weights differ by": max(abs(a - b).max() for a, b in pairs)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--devices", type=int, default=4)
    add("--members", nargs="+", type=int, default=[64, 128, 256])
    add("--epochs", type=int, default=32)
    add("--rows", type=int, default=700)
    add("--runs", type=int, default=3)
    options = parser.parse_args()
    where = configure(options.devices)
    rows = [measured(members, where, options) for members in options.members]
    print(environment.sentence(), f"Keras's backend: {environment.BACKEND}.")
    print(pd.DataFrame(rows).to_markdown(index=False, floatfmt=".3g"))


if __name__ == "__main__":
    main()
