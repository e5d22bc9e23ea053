"""Where other libraries describe the names that skkeras's pages speak of."""

SKLEARN_MODULES = [
    f"sklearn.{name}"
    for name in (
        "base",
        "calibration",
        "compose",
        "datasets",
        "dummy",
        "ensemble",
        "feature_selection",
        "frozen",
        "impute",
        "inspection",
        "kernel_approximation",
        "linear_model",
        "metrics",
        "model_selection",
        "multioutput",
        "neighbors",
        "neural_network",
        "pipeline",
        "preprocessing",
        "svm",
        "tree",
        "utils",
        "utils.class_weight",
        "utils.estimator_checks",
        "utils.multiclass",
    )
]

PAGES = {
    "python": {
        "library/stdtypes.html#{}": [
            *("bytes", "dict", "float", "int", "list", "set", "str", "tuple"),
        ],
        "library/constants.html#{}": ["False", "None", "True"],
        "library/functions.html#{}": ["callable", "object"],
        "library/os.html#{}": ["os.PathLike"],
        "library/pathlib.html#{}": ["pathlib.Path"],
    },
    "numpy": {
        "reference/generated/{0}.html#{0}": ["numpy.ndarray"],
        "reference/random/generator.html#{}": ["numpy.random.Generator"],
        "reference/random/legacy.html#{}": ["numpy.random.RandomState"],
    },
    "pandas": {
        "reference/api/{0}.html#{0}": [
            "pandas.DataFrame",
            "pandas.Series",
            "pandas.api.types.infer_dtype",
        ]
    },
    "scipy": {
        "reference/generated/{0}.html#{0}": [
            "scipy.sparse.csr_array",
            "scipy.sparse.csr_matrix",
        ]
    },
    "matplotlib": {
        "api/figure_api.html#{}": ["matplotlib.figure.Figure"],
        "api/_as_gen/{0}.html#{0}": ["matplotlib.axes.Axes"],
    },
    "optuna": {
        "reference/generated/{0}.html#{0}": [
            "optuna.distributions.BaseDistribution",
            "optuna.distributions.CategoricalDistribution",
            "optuna.distributions.FloatDistribution",
            "optuna.distributions.IntDistribution",
            "optuna.pruners.BasePruner",
            "optuna.pruners.HyperbandPruner",
            "optuna.pruners.MedianPruner",
            "optuna.pruners.SuccessiveHalvingPruner",
            "optuna.pruners.WilcoxonPruner",
            "optuna.study.Study",
            "optuna.trial.FrozenTrial",
            "optuna.trial.Trial",
        ],
        "reference/samplers/generated/{0}.html#{0}": [
            "optuna.samplers.BaseSampler",
            "optuna.samplers.TPESampler",
        ],
    },
}

# Terms and sections, by their role and name.
LABELS = {
    "python": {
        ("term", "iterable"): "glossary.html#term-iterable",
        ("term", "sequence"): "glossary.html#term-sequence",
        ("term", "generator"): "glossary.html#term-generator",
        ("label", "bltin-boolean-values"): "library/stdtypes.html#bltin-boolean-values",
    },
    "numpy": {
        ("term", "array_like"): "glossary.html#term-array_like",
        ("label", "arrays.scalars"): "reference/arrays.scalars.html#arrays-scalars",
    },
    "sklearn": {
        ("label", "metadata_routing"): "metadata_routing.html#metadata-routing",
    },
}
