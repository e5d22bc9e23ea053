"""The page: what it holds, what it escapes, and how it looks."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skkeras.datasets import load_iris
from skkeras.model_selection import OptunaSearchCV
from skkeras.report import compare, keras_use
from skkeras.report.benchmark import Observer, Settings, run
from skkeras.report.preprocessing import make_preprocessor
from skkeras.report.provenance import provenance
from skkeras.report.save import save

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])),
    None,
)
VOID = {"meta", "br", "hr", "img", "link", "input"}
HOSTILE = "<script>alert('x')</script> \" & $\\frac{ {{ 7*7 }}"


class Keras(LogisticRegression):
    """Passes for a model that skkeras trains, where a test says so."""


class Page(HTMLParser):
    """Checks that tags are balanced, and keeps what is asked about."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def scaled(model):
    return make_pipeline(make_preprocessor(scale=True), model)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("report")


@pytest.fixture
def hostile(problem):
    X = problem.X.rename(columns={"size": HOSTILE})
    return replace(
        problem, name=HOSTILE, X=X, classes=(HOSTILE, "b"), caveats=(HOSTILE,)
    )


@pytest.fixture
def page(problem, hostile, cheap_models, folder, monkeypatch):
    """Three data sets, one with names that try to get out; written once."""
    file = folder / "report.html"
    monkeypatch.setattr(
        keras_use, "is_keras_estimator", lambda model: isinstance(model, Keras)
    )
    if not file.exists():
        search = OptunaSearchCV(
            scaled(LogisticRegression()),
            {"logisticregression__C": [0.1, 1.0]},
            n_trials=2,
            cv=2,
            random_state=0,
        )
        models = cheap_models | {
            "Keras MLP": scaled(Keras()),
            HOSTILE: scaled(LogisticRegression()),
            "tuned linear": search,
        }
        problems = [problem, hostile, replace(problem, name="third")]
        settings = Settings(folds=3, seed=1, trials=2)
        everything = {p.name: models for p in problems}
        benchmark = run(problems, settings, everything, Observer())
        assert [s.failures for s in benchmark.studies] == [{}] * 3
        save(benchmark, provenance({"data": [HOSTILE]}), folder)
    return file


def test_tags_are_balanced_and_ids_unique(page):
    parsed = Page(page.read_text())
    assert parsed.open == []
    ids = [attrs["id"] for _, attrs in parsed.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_references_lead_somewhere(page):
    text = page.read_text()
    parsed = Page(text)
    ids = {attrs["id"] for _, attrs in parsed.tags if "id" in attrs}
    wanted = {a["href"][1:] for a in parsed.all("a")}
    wanted |= {a["xlink:href"][1:] for a in parsed.all("use")}
    wanted |= set(re.findall(r"url\(#([^)]*)\)", text))
    wanted |= {
        a["aria-labelledby"]
        for a in parsed.all("section")
        if len(a) == 1 and "aria-labelledby" in a
    }
    assert wanted <= ids


def test_it_needs_no_network(page):
    parsed = Page(page.read_text())
    for tag, attrs in parsed.tags:
        assert tag not in {"script", "link", "iframe", "object", "img"}
        for name in ("src", "href", "xlink:href"):
            assert attrs.get(name, "#").startswith(("#", "data:image/png;base64,"))
    (policy,) = [
        a["content"] for a in parsed.all("meta") if "Content-Security" in str(a)
    ]
    assert policy.startswith("default-src 'none'")
    assert "@import" not in page.read_text()


def test_hostile_names_are_text(page):
    text = page.read_text()
    assert "<script" not in text
    assert "7*7" in text
    assert "49" not in re.findall(r"\{\{ (.*?) \}\}", text)
    assert HOSTILE in "".join(Page(text).text)


def test_landmarks_captions_and_descriptions(page):
    parsed = Page(page.read_text())
    for landmark in ("header", "nav", "main", "footer", "h1", "title"):
        assert len(parsed.all(landmark)) == 1
    assert parsed.all("html") == [{"lang": "en"}]
    assert len(parsed.all("caption")) == len(parsed.all("table")) > 3
    scrolling = [a for a in parsed.all("div") if a.get("class") == "scroll"]
    assert len(scrolling) == len(parsed.all("table"))
    for attrs in scrolling:
        assert attrs["tabindex"] == "0"
        assert attrs["role"] == "region"
        assert attrs["aria-label"]
    pictures = [a for a in parsed.all("div") if a.get("role") == "img"]
    assert len(pictures) == len(parsed.all("svg")) == len(parsed.all("figcaption"))
    assert all(len(a["aria-label"]) > 30 for a in pictures)
    assert all("scope" in attrs for attrs in parsed.all("th"))


def test_the_answer_comes_before_the_evidence(page):
    text = page.read_text()
    assert text.index("untuned: Keras MLP against") < text.index("<table")
    assert "clearly better than the dummy" in text
    assert text.index("Untuned, over 3 data sets: Keras MLP is") < text.index("<table")


def test_what_the_data_sets_say_together_is_told_in_words_figures_and_a_picture(page):
    text = page.read_text()
    section = text[text.index('<h2 id="together">') :]
    section = section[: section.index("</section>")]
    assert "is rated highest: Elo" in section
    assert "on all 3 has p = 0.250 (2 / 2^3)" in section
    for heading in ("mean rank", "Elo", "errors saved", "p (Holm)", "verdict"):
        assert f'<th scope="col">{heading}</th>' in section
    (picture,) = [a for a in Page(section).all("div") if a.get("role") == "img"]
    assert "is rated highest: Elo" in picture["aria-label"]
    assert "Wilcoxon&#39;s signed-rank test" in text
    assert "Nemenyi" not in text


def test_every_picture_is_a_file_too(page):
    files = {f.suffix: set() for f in (page.parent / "figures").iterdir()}
    for file in (page.parent / "figures").iterdir():
        files[file.suffix].add(file.stem)
    assert files[".png"] == files[".svg"]
    assert len(files[".png"]) == len(Page(page.read_text()).all("svg"))
    assert "all-elo" in files[".png"]


def test_a_comparison_saves_its_own_page_and_shows_itself(tmp_path):
    models = {"a": LogisticRegression(max_iter=1000), "<b>": LogisticRegression(C=0.1)}
    compared = compare(models, *load_iris(return_X_y=True), cv=3, random_state=0)
    file = compared.save(tmp_path / "there")
    assert Page(file.read_text()).open == []
    assert {f.name for f in file.parent.iterdir()} == {
        *("report.html", "scores.csv", "summary.csv", "pairwise.csv", "figures")
    }
    fragment = compared._repr_html_()
    assert Page(fragment).open == []
    assert "&lt;b&gt;" in fragment
    assert "<b>" not in fragment


def screenshot(page, tmp_path, *, width, dark=False):
    """Take a picture of the first two screens, in a page that is `width` wide."""
    target = tmp_path / "page.png"
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<body style="margin:0"><iframe src="{page.as_uri()}" style="border:0;'
        f'width:{width}px;height:1600px"></iframe>'
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        subprocess.run(
            [
                CHROMIUM,
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
                *("--no-first-run", "--disable-background-networking"),
                *("--disable-component-update", "--disable-sync"),
                *("--disable-dev-shm-usage", "--hide-scrollbars"),
                *(["--blink-settings=preferredColorScheme=0"] if dark else []),
                f"--user-data-dir={profile}",
                f"--window-size={max(width, 500)},1600",
                f"--screenshot={target}",
                frame.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    return imread(target)[:, :width, :3]


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium to look with")
@pytest.mark.parametrize(("width", "dark"), [(1200, False), (1200, True), (400, False)])
def test_the_page_is_neither_blank_nor_broken(page, tmp_path, width, dark):
    picture = screenshot(Path(page), tmp_path, width=width, dark=dark)
    paper = picture[5, 5]
    assert (paper.mean() < 0.2) == dark
    ink = np.abs(picture - paper).max(axis=2) > 0.3
    assert 0.01 < ink.mean() < 0.4
    # Something stands in each tenth of the height: no gap where a style was lost.
    assert all(part.any() for part in np.array_split(ink, 10))
    # Nothing runs out of the page: the margin on the right stays empty.
    assert not ink[:, -8:].any()
    # The accent of links, the orange or the green of what is drawn: colours are there.
    assert (np.ptp(picture, axis=2) > 0.3).any()


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium to look with")
def test_the_test_of_looks_can_fail(tmp_path):
    blank = tmp_path / "blank.html"
    blank.write_text("<!doctype html><title>blank</title>")
    with pytest.raises(AssertionError):
        test_the_page_is_neither_blank_nor_broken(blank, tmp_path, 1200, False)
