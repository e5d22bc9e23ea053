"""Columns of a table, chosen by name, to a model with two inputs.

ColumnInputs keeps the blocks apart, and each goes to the keras.Input of its name. As it
is part of the pipeline, cross-validation slices the table and fits the scaler anew.
"""

import keras
import numpy as np
import pandas as pd
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

from skkeras import KerasClassifier
from skkeras.preprocessing import ColumnInputs

rng = np.random.default_rng(0)
people = pd.DataFrame(
    {
        "age": rng.normal(40, 12, 600),
        "income": rng.normal(3000, 600, 600),
        "town": rng.choice(["Bruges", "Ghent", "Leuven"], 600),
    }
)
moves = ((people["age"] < 35) ^ (people["town"] == "Ghent")).astype(int)


def create_model():
    numbers = keras.Input((2,), name="numbers")
    town = keras.Input((1,), name="town")
    place = keras.layers.Flatten()(keras.layers.Embedding(3, 4)(town))
    joined = keras.layers.Concatenate()([numbers, place])
    hidden = keras.layers.Dense(16, activation="relu")(joined)
    output = keras.layers.Dense(1, activation="sigmoid")(hidden)
    return keras.Model({"numbers": numbers, "town": town}, output)


pipeline = make_pipeline(
    ColumnInputs(
        [
            ("numbers", StandardScaler(), ["age", "income"]),
            ("town", OrdinalEncoder(), ["town"]),
        ]
    ),
    KerasClassifier(
        create_model,
        loss="binary_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.02,
        epochs=30,
        verbose=0,
        random_state=0,
    ),
)
scores = cross_val_score(pipeline, people, moves, cv=5)
print(f"accuracy {scores.mean():.3f} ± {scores.std():.3f}")
print(pipeline.fit(people, moves).predict(people.head(3)))
pipeline[-1].summary()
