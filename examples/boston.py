"""Predict a quantity, and see what one column is worth.

The Boston table is here because results on it are still cited. Its column b rests on an
assumption about race (see load_boston().DESCR); this script compares the fit with it
and without it.
"""

from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasMLPRegressor
from skkeras.datasets import load_boston
from skkeras.report import compare


def models():
    """Make a linear model and a network, each with its own scaler."""
    network = KerasMLPRegressor(epochs=40, random_state=0)
    return {
        "ridge regression": make_pipeline(StandardScaler(), Ridge()),
        "Keras MLP": make_pipeline(StandardScaler(), network),
    }


def main():
    """Print R² and errors on three shuffled folds, with and without the column."""
    for drop_b in (False, True):
        X, y = load_boston(drop_b=drop_b, return_X_y=True)
        summary = compare(models(), X, y, cv=3, random_state=0).summary()
        print(f"\n{X.shape[1]} columns, {'without' if drop_b else 'with'} b")
        for name, row in summary.iterrows():
            print(
                f"{name:<18} R² {row['r2', 'mean']:.3f} ± {row['r2', 'std']:.3f}, "
                f"off by {row['mae', 'mean']:.2f} thousand dollars on average"
            )


if __name__ == "__main__":
    main()
