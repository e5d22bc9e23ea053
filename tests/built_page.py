"""What a page of a built site has: links, headings, pictures, tables, text and code."""

from html.parser import HTMLParser

EMPTY = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
    *("source", "track", "wbr"),
}
HEADINGS = {f"h{level}" for level in range(1, 7)}
# What is shown as it is written.
CODE_TAGS = {"code", "pre", "script", "style"}
CODE_CLASSES = {"math"}
# scikit-learn's picture of an estimator, whose markup is not ours.
DIAGRAM = "sk-top-container"
OUTPUT = "sphx-glr-script-out"
# Tables that only arrange what is in them.
ARRANGING = {"highlighttable", "indextable"}


class Page(HTMLParser):
    """Reads a page; outside its article only links and anchors count."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = set(), set()
        self.anchors_twice = set()
        self.headings = []  # of the article: level and text
        self.pictures = []  # of the article: address, and what is said in its place
        self.columns = []  # of each table, the most cells of a row
        self.marked_as_wrong = False  # by docutils
        self.text = ""  # outside code
        self.code = ""
        self.output = ""  # of an example
        self._open = []  # tags that are not closed yet, and their classes
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        """Keep what a tag leads to, what leads to it, and what it begins."""
        attributes = dict(attributes)
        anchors = {attributes.get("id"), attributes.get("name")} - {None}
        if attributes.get("id") in self.anchors and tag != "meta":
            self.anchors_twice.add(attributes["id"])
        self.anchors |= anchors
        self.links |= {attributes.get("href"), attributes.get("src")} - {None}
        classes = set((attributes.get("class") or "").split())
        if tag not in EMPTY:
            self._open.append((tag, classes))
        if self._in_article():
            self._begin(tag, classes, attributes)

    def _begin(self, tag, classes, attributes):
        self.marked_as_wrong |= bool(classes & {"system-message", "problematic"})
        if tag in HEADINGS:
            self.headings.append([int(tag[1]), ""])
        elif tag == "img":
            self.pictures.append((attributes.get("src", ""), attributes.get("alt")))
        elif tag == "table" and not classes & ARRANGING:
            self.columns.append(0)
            self._cells = 0
        elif tag == "tr":
            self._cells = 0
        elif tag in ("td", "th") and self._table_counts():
            self._cells += int(attributes.get("colspan") or 1)
            self.columns[-1] = max(self.columns[-1], self._cells)

    def handle_endtag(self, tag):
        """Close a tag, and those inside it that nobody closed."""
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data):
        """Keep what is written, by what it is part of."""
        if not self._in_article() or self._within(DIAGRAM):
            return
        if self._within(OUTPUT):
            self.output += data
        elif self._in_code():
            self.code += data
        else:
            self.text += data
        if self.headings and any(tag in HEADINGS for tag, _ in self._open):
            self.headings[-1][1] += data.strip("#\n ")

    def _in_article(self):
        return any(tag == "article" for tag, _ in self._open)

    def _in_code(self):
        return any(
            tag in CODE_TAGS or classes & CODE_CLASSES for tag, classes in self._open
        )

    def _within(self, name):
        return any(name in classes for _, classes in self._open)

    def _table_counts(self):
        tables = [classes for tag, classes in self._open if tag == "table"]
        return tables and not tables[-1] & ARRANGING and not self._within(DIAGRAM)
