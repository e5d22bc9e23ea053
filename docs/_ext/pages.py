"""A table of contents of the pages that there are."""

from docutils.statemachine import StringList
from sphinx.directives.other import TocTree
from sphinx.util.matching import patfilter


class Pages(TocTree):
    """A ``toctree`` of patterns, of which some may match no page yet."""

    def run(self):
        """Leave out what matches nothing, and let ``toctree`` do the rest."""
        self.options["glob"] = True
        found = [each for each in self.content if patfilter(self.env.found_docs, each)]
        self.content = StringList(found, source=self.get_source_info()[0])
        return super().run()


def setup(app):
    """Register the directive."""
    app.add_directive("pages", Pages)
    return {"parallel_read_safe": True}
