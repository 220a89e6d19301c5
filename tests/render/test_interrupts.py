"""How a program ends that was told to, whatever its end waits for."""

import os
import subprocess
import sys

import pytest
from films import ENVIRONMENT

# Something is still cleared away when Python takes no signals any more, for longer than the clock was set to.
SLOW_END = """
import sys, time
from render import interrupts
interrupts._PATIENCE_SECONDS = 0.1
class Slow:
    def __del__(self, sleep=time.sleep):
        sleep(0.4)
kept = Slow()
interrupts.end_soon(7)
sys.exit(3)
"""


@pytest.mark.skipif(os.name != "posix", reason="there are no such clocks")
def test_the_exit_code_is_kept_where_the_end_takes_long():
    assert subprocess.run([sys.executable, "-c", SLOW_END], env=ENVIRONMENT).returncode == 3
