"""The oldest dependencies that `make oldest` installs."""

import re

import bounds
import pytest


def test_whatever_the_program_and_its_tests_need_is_pinned(capsys):
    bounds.main()
    lines = capsys.readouterr().out.splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+==[0-9.]+", line) for line in lines)
    assert {line.partition("==")[0] for line in lines} >= {"numpy", "koreanize-matplotlib", "pytest", "hugo"}


def test_a_requirement_without_a_lower_bound_is_refused():
    assert bounds.oldest("numpy >= 2.1; python_version < '4'") == "numpy==2.1;python_version<'4'"
    for wrong in ("numpy", "numpy<3", "numpy>=2,<3"):
        with pytest.raises(SystemExit, match="has no lower bound to be tested, so give it one"):
            bounds.oldest(wrong)
