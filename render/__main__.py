"""``python -m render`` is the command ``render``."""

from __future__ import annotations

import os
import signal
from typing import NoReturn


def main() -> NoReturn:
    """Load and run the command line."""
    # While it loads there is nothing to clean up yet, only a traceback to be spared.
    signal.signal(signal.SIGINT, _end)
    from render.cli.commands import main as run

    run()


def _end(signum: int, frame: object) -> NoReturn:
    os.write(2, b"render: interrupted, and nothing was changed.\n")
    os._exit(130)


if __name__ == "__main__":
    main()
