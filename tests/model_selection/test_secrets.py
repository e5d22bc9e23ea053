"""No password of a storage is shown, in whatever way it is printed."""

import pickle
import traceback
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from sklearn.linear_model import Ridge
from sqlalchemy.engine import URL, make_url

from skkeras.model_selection import OptunaSearchCV
from skkeras.model_selection.storage import StorageURL, whole_url, without_secrets

X, y = load_iris(return_X_y=True)
SECRET = "s3cr%40et"
SECRETIVE = [
    f"postgresql+psycopg://ann:{SECRET}@127.0.0.1:1/studies",
    *(
        f"postgresql+psycopg://127.0.0.1:1/studies?user=ann&{option}={SECRET}"
        for option in ("password", "passwd", "PASSWORD", "sslpassword", "passfile")
    ),
    f"mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BUID%3Dann%3BPWD%3D{SECRET}",
    f"nonsense://ann:{SECRET}@127.0.0.1/studies",
    f"postgresql+psycopg://ann:{SECRET}@127.0.0.1:port/studies",
    f"postgresql+psycopg://ann:a/{SECRET}@127.0.0.1:1/studies",
    f"postgresql+psycopg://ann:a?{SECRET}@127.0.0.1:1/studies",
]


def seen(search, error):
    """Return all that a user's screen, log or file may show of a search."""
    storage = search.get_params()["storage"]
    yield from (str(error), repr(error), "".join(traceback.format_exception(error)))
    yield str(pickle.dumps(error))
    yield from (repr(search), search._repr_html_(), str(search.get_params()))
    yield from (str(storage), repr(storage), f"{storage}", f"{storage!s:>9}")
    yield from (format(storage), "%s" % storage)  # noqa: UP031


@pytest.mark.parametrize("url", SECRETIVE)
def test_nothing_shows_a_secret(url, capfd, caplog):
    search = OptunaSearchCV(Ridge(), {"alpha": [1.0]}, storage=url)
    with pytest.raises(ConnectionError, match="could not be opened") as raised:
        search.fit(X, y)
    for text in (*seen(search, raised.value), *capfd.readouterr(), caplog.text):
        assert "s3cr" not in text
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann@db/x", "postgresql://ann@db/x"),
        ("postgresql://ann:pass:w@db:1/x", "postgresql://ann:***@db:1/x"),
        ("postgresql://ann:p@ss:w@db/x", "postgresql://ann:***@db/x"),
        ("mysql://db/x?user=a&c=d", "mysql://db/x?user=***&c=***"),
        ("mysql://db/x?user=a@b", "mysql://***"),
        ("sqlite:////tmp/study.db", "sqlite:////tmp/study.db"),
        ("folder/study.log", "folder/study.log"),
    ],
)
def test_what_a_url_shows(url, shown):
    storage = StorageURL(url)
    assert without_secrets(url) == shown
    assert [str(storage), repr(storage), f"{storage}"] == [shown, repr(shown), shown]
    assert storage == url
    assert whole_url(storage) == url
    assert type(whole_url(storage)) is str


texts = st.text(min_size=6).filter(lambda text: len(set(text)) > 3)


@given(texts, st.dictionaries(st.from_regex("[a-z]{2,9}", fullmatch=True), texts))
def test_no_secret_of_any_url_is_shown(password, options):
    written = URL.create(
        "postgresql", "ann", password, "server", 5432, "studies", options
    ).render_as_string(hide_password=False)
    shown = str(StorageURL(written))
    assert shown.startswith("postgresql://ann:***@server:5432/studies")
    for secret in (password, *options.values()):
        forms = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
        assert not [form for form in forms if form in shown]
    assert make_url(whole_url(StorageURL(written))).password == password
