"""The check of a built site finds each kind of fault, and nothing else."""

import pytest
from built_site import faults

GOOD = """<h1 id="top">Page</h1><a href="#top">a</a> <a href="other.html#of%20it">b</a>
<a href="https://example.org/nowhere">c</a><img src="image.png">"""


def make(folder, page):
    (folder / "page.html").write_text(page)
    (folder / "other.html").write_text('<h1>Other</h1><p id="of it">Other</p>')
    (folder / "image.png").touch()
    return list(faults(folder))


def article(folder, content, heading="<h1>Page</h1>"):
    return make(folder, f"<article>{heading}{content}</article>")


def test_a_good_site_has_no_faults(tmp_path):
    assert make(tmp_path, GOOD) == []


def test_each_fault_is_found(tmp_path):
    page = """<a href="none.html">a</a><a href="other.html#none">b</a>
    <a href="#none">c</a>
    <img src="none.png"><pre>I0000 00:00:1795 cpu_feature_guard.cc:227] AVX2</pre>"""
    assert make(tmp_path, page) == [
        "page.html: no heading",
        "page.html: a line of TensorFlow's log, 'I0000 00:00:'",
        "page.html: no anchor for #none",
        "page.html: no file for none.html",
        "page.html: no file for none.png",
        "page.html: no anchor for other.html#none",
    ]


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        ("<h1>a</h1><h2>b</h2><h3>c</h3><h2>d</h2>", []),
        ("<h1>a<a>#</a></h1>", []),
        ("<h1><code>a</code></h1>", []),
        ("<h1>a</h1><h3>c</h3>", ["a heading of level 3 after one of level 1"]),
        ("<h1>a</h1><h2> <a>#</a></h2>", ["an empty heading of level 2"]),
        ("<h2>a</h2><h1>b</h1>", ["a heading of level 2 after one of level 0"]),
    ],
)
def test_headings(headings, expected, tmp_path):
    found = article(tmp_path, "", heading=headings)
    assert found == [f"page.html: {fault}" for fault in expected]


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ('src="image.png" alt="A curve that falls"', []),
        ('src="image.png"', ["no words for the picture image"]),
        ('src="image.png" alt=""', ["no words for the picture image"]),
        ('src="image.png?v=1" alt', ["no words for the picture image"]),
    ],
)
def test_words_for_pictures(picture, expected, tmp_path):
    found = article(tmp_path, f"<img {picture}>")
    assert [f for f in found if "no file" not in f] == [
        f"page.html: {fault}" for fault in expected
    ]


@pytest.mark.parametrize(
    ("name", "words", "n_faults"),
    [
        ("sphx_glr_two_inputs_001", "two inputs", 1),
        ("sphx_glr_two_inputs_001", "Who moves, by age and town", 0),
        ("sphx_glr_two_inputs_thumb", "", 0),
    ],
)
def test_words_for_pictures_of_examples(name, words, n_faults, tmp_path):
    (tmp_path / f"{name}.png").touch()
    found = article(tmp_path, f'<img src="{name}.png" alt="{words}">')
    assert len(found) == n_faults


@pytest.mark.parametrize(
    "text",
    [
        "as :class:`Model` says",
        "see {ref}`there`",
        "is ``None`` here",
        "[text](page.md)",
        ".. note:: that",
        "::: {note}",
        "## Heading",
        "this **word** is",
        "Parameters ----------",
        "Returns \u2014\u2014-",
    ],
)
def test_markup_is_found_outside_code_alone(text, tmp_path):
    assert len(article(tmp_path, f"<p>\n{text}</p>")) == 1
    assert article(tmp_path, f"<p><code><b>\n{text}</b></code></p>") == []
    assert article(tmp_path, f"<pre>\n{text}</pre>") == []
    assert article(tmp_path, f'<div class="sk-top-container">\n{text}</div>') == []
    assert make(tmp_path, f"<h1>Page</h1><footer>{text}</footer>") == []


@pytest.mark.parametrize(
    "text", ["a: `b`", "2 ** 3", "f(**kwargs)", "a*b**c", "Notes - and more", "{a}"]
)
def test_what_is_no_markup(text, tmp_path):
    assert article(tmp_path, f"<p>{text}</p>") == []


def test_text_after_code_that_nobody_closed_counts(tmp_path):
    assert len(article(tmp_path, "<p><code>a</p><p>``b``</p>")) == 1
    assert len(article(tmp_path, "<code>a<br></code>``b``")) == 1


@pytest.mark.parametrize(
    ("table", "n_faults"),
    [
        ("<tr><td>a</td></tr><tr><td>b</td></tr>", 1),
        ("<tr><th>a</th><td>b</td></tr>", 0),
        ('<tr><td colspan="2">a</td></tr>', 0),
        ("<tr><td>a</td></tr><tr><td>b</td><td>c</td></tr>", 0),
    ],
)
def test_tables(table, n_faults, tmp_path):
    assert len(article(tmp_path, f"<table>{table}</table>")) == n_faults
    assert article(tmp_path, f'<table class="indextable">{table}</table>') == []


def test_what_docutils_marked_and_names_of_two_places(tmp_path):
    found = article(
        tmp_path,
        '<p id="a" class="problematic x">a</p><p id="a">b</p><p id="b">c</p>',
    )
    assert found == [
        "page.html: two places are called a",
        "page.html: a place that docutils marked as wrong",
    ]


SHOWN = """<article><h1>Example</h1><pre><span>plt</span><span>.</span><span>show</span>
</pre>{code}{rest}</article>"""
PRINTED = '<div class="sphx-glr-script-out"><pre>{}</pre></div>'
PICTURE = '<img src="../image.png" alt="A curve">'


def example(folder, *, printed=None, picture="", code="<pre>plt.show()</pre>"):
    (folder / "gallery").mkdir(exist_ok=True)
    rest = picture + (PRINTED.format(printed) if printed else "")
    page = SHOWN.format(code=code, rest=rest)
    (folder / "gallery" / "one.html").write_text(page)
    return make(folder, GOOD)


def test_examples_that_were_run(tmp_path):
    assert example(tmp_path, printed="0.9", picture=PICTURE) == []
    assert example(tmp_path, printed="0.9", code="<pre>plt.plot()</pre>") == []
    assert example(tmp_path, printed="0.9") == [
        "gallery/one.html: an example that draws, and no picture of it"
    ]
    thumbnail = '<img src="../image.png#_thumb" alt="A curve">'
    assert len(example(tmp_path, printed="0.9", picture=thumbnail)) == 1
    assert example(tmp_path, printed="UserWarning: a", picture=PICTURE) == [
        "gallery/one.html: a warning in what an example prints: 'UserWarning: '"
    ]


def test_some_example_has_to_be_run(tmp_path):
    assert example(tmp_path) == ["gallery: no example was run"]
    (tmp_path / "gallery" / "two.html").write_text(
        SHOWN.format(code="", rest=PRINTED.format("0.9"))
    )
    assert make(tmp_path, GOOD) == []
