"""Files of others are read within bounds, whatever they say of themselves."""

import os
import tracemalloc

import pytest

from render.files import UnreadableError, content_of


@pytest.mark.parametrize("size", [0, 1, 999, 1000])
def test_a_file_within_the_bound_is_read_whole(tmp_path, size):
    content = os.urandom(size)
    (tmp_path / "file").write_bytes(content)
    assert content_of(tmp_path / "file", 1000) == content


def test_a_file_beyond_the_bound_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(bytes(1001))
    with pytest.raises(UnreadableError, match="has more than 1,000 bytes, so give a smaller one"):
        content_of(tmp_path / "file", 1000)


def test_a_file_that_says_it_is_empty_is_not_read_to_its_end(tmp_path, monkeypatch):
    """So do those of some file systems, and one that grows while it is read."""
    (tmp_path / "file").write_bytes(bytes(2**23))
    measured = os.fstat

    def empty(descriptor):
        entries = list(measured(descriptor))
        entries[6] = 0
        return os.stat_result(entries)

    monkeypatch.setattr("render.files.os.fstat", empty)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableError, match="has more than 1,000 bytes"):
            content_of(tmp_path / "file", 1000)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 2**21
