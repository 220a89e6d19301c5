"""What the tests in a browser share."""

import pytest
from browsers import launched


@pytest.fixture(scope="module")
def browser():
    with launched() as opened:
        yield opened
