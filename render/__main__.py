"""``python -m render`` is the command ``render``."""

from render.cli import main

main()
