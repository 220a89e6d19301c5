"""What tests of snippets share: how manifests are altered, and how Markdown is read."""

import re

MISSING = object()


def untold(content):
    """Leave out what the film says, so that its caption tells its tracks."""
    content["moments"] = []


def put(keys, value):
    """Return a change that puts a value at a place in the manifest, or removes what is there."""

    def change(content):
        for key in keys[:-1]:
            content = content[key]
        if value is MISSING:
            del content[keys[-1]]
        else:
            content[keys[-1]] = value

    return change


def unescape(text):
    """Return the text of escaped Markdown; fail where something in it is not escaped."""
    assert not re.search(r"(?<!\\)[\[\]`*_<>{}$~|!]", re.sub(r"\\\\", "", text))
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def moment(step, text, **values):
    return {"step": step, "column": None, "text": text, "sentence": "?", "note": "", "values": values}
