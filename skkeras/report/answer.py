"""The result of a comparison in a few sentences."""

from skkeras.report.baselines import DUMMY, KERAS_MLP
from skkeras.report.text import mean_and_std, number, plural

ROUNDING = 1e-12  # means of the same scores in another order differ by less


def short_answer(comparison, *, focus=KERAS_MLP):
    """Say which model is best and where the one in question stands.

    No claim of significance is made: the sentences describe the folds at hand.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.
    focus : str, default="Keras MLP"
        The model in question.

    Returns
    -------
    str
    """
    table = comparison.summary()[comparison.primary.name]
    best = table.index[0]
    sentences = [_best_sentence(comparison, table, best)]
    if focus in table.index and len(table) > 1:
        other = table.index[1] if best == focus else best
        if best != focus:
            sentences.append(_rank_sentence(comparison, table, focus))
        sentences.append(_fold_sentence(comparison, focus, other))
    if best == DUMMY and len(table) > 1:
        sentences.append(
            "By this metric no model does better than the dummy, which ignores the "
            "columns."
        )
    return " ".join(sentences)


def _best_sentence(comparison, table, best):
    figures = mean_and_std(*table.loc[best, ["mean", "std"]])
    metric = comparison.primary
    folds = comparison.evaluations[0].scores["metric"].eq(metric.name).sum()
    superlative = "highest" if metric.greater_is_better else "lowest"
    return (
        f"{best} has the {superlative} mean {metric.label}: {figures} (mean ± standard "
        f"deviation over {plural(folds, 'test fold')})."
    )


def _rank_sentence(comparison, table, focus):
    leads = comparison.primary.advantage(table["mean"], table.loc[focus, "mean"])
    ahead = leads[leads > ROUNDING]
    figures = mean_and_std(*table.loc[focus, ["mean", "std"]])
    place = f"place {1 + len(ahead)} of {len(table)}"
    behind = number(ahead.max()) if len(ahead) else "0"
    distance = f"{behind} behind" if float(behind) else "level with it"
    return f"{focus} has {figures}, {place}, {distance}."


def _fold_sentence(comparison, focus, other):
    primary = comparison.scores.query("metric == @comparison.primary.name")
    values = primary.pivot(index=["repeat", "fold"], columns="model", values="value")
    gains = comparison.primary.advantage(values[focus], values[other])
    mean, std = gains.mean(), gains.std()
    place = "within" if abs(mean) <= std else "beyond"
    return (
        f"Fold by fold it is better than {other} in {(gains > 0).sum()}, equal in "
        f"{(gains == 0).sum()} and worse in {(gains < 0).sum()}; its mean gain of "
        f"{mean_and_std(mean, std)} is {place} the spread of the folds."
    )
