"""The check of a built site finds each kind of fault, and nothing else."""

from built_site import faults

GOOD = """<h1 id="top">Page</h1><a href="#top">a</a> <a href="other.html#of%20it">b</a>
<a href="https://example.org/nowhere">c</a><img src="image.png">"""


def make(folder, page):
    (folder / "page.html").write_text(page)
    (folder / "other.html").write_text('<h1>Other</h1><p id="of it">Other</p>')
    (folder / "image.png").touch()
    return list(faults(folder))


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
