"""Names that old tutorials use, and what they are called today."""

ESTIMATOR_PARAMETERS = {
    "nb_epoch": "epochs",
    "nb_epochs": "epochs",
    "n_epochs": "epochs",
    "samples_per_epoch": "steps_per_epoch",
    "nb_val_samples": "validation_steps",
    "lr": "optimizer__learning_rate",
    "decay": "optimizer__learning_rate with a schedule from "
    "keras.optimizers.schedules, such as InverseTimeDecay",
    "init": "kernel_initializer of the factory's layers, routed as model__...",
    "init_mode": "kernel_initializer of the factory's layers, routed as model__...",
    "nb_filter": "filters of the factory's layers, routed as model__...",
    "output_dim": "units of the factory's layers, routed as model__...",
    "class_mode": "loss",
    "show_accuracy": "metrics=['accuracy']",
}

OPTIMIZER_PARAMETERS = {
    "lr": "learning_rate",
    "decay": "learning_rate with a schedule from keras.optimizers.schedules, such as "
    "InverseTimeDecay",
    "schedule_decay": "learning_rate with a schedule from keras.optimizers.schedules",
    "clip_norm": "clipnorm",
    "clip_value": "clipvalue",
    "beta1": "beta_1",
    "beta2": "beta_2",
}


def modern_name(name, names):
    """Say what an outdated name is called today.

    Parameters
    ----------
    name : str
        The name that was not accepted.
    names : dict of str to str
        What each outdated name is called today.

    Returns
    -------
    str
        A sentence, or ``""`` when the name was never one.
    """
    return f" The modern name is {names[name]}." if name in names else ""
