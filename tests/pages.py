"""What the tests of HTML need: a parser that refuses whatever a browser would have to repair."""

from html.parser import HTMLParser

VOID = {"img", "source", "track", "br"}


class Element:
    """A tag with its attributes, the elements in it and its own text."""

    def __init__(self, tag, attributes):
        self.tag, self.attributes = tag, attributes
        self.children, self.text = [], ""

    def all(self, tag=None):
        """Return the elements below this one, in order, or those of one kind."""
        below = [e for child in self.children for e in (child, *child.all())]
        return [e for e in below if tag in (None, e.tag)]

    def one(self, tag):
        """Return the only element of its kind."""
        (found,) = self.all(tag)
        return found


class _Parser(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert tag == self.open[-1].tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].text += data

    def refuse(self, content):
        raise AssertionError(f"unexpected {content!r}")

    handle_comment = handle_decl = handle_pi = unknown_decl = refuse


def parse(text):
    """Return a root element with what is in `text`, whose tags must all be closed in order."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    assert len(parser.open) == 1, f"<{parser.open[-1].tag}> is not closed"
    return parser.open[0]
