"""Print constraints for pip: every dependency in the oldest version that pyproject.toml allows (`make oldest`)."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def oldest(requirement):
    """Return what pins a requirement to its lower bound; refuse one that has none."""
    found = re.fullmatch(r"([A-Za-z0-9_.-]+)>=([0-9.]+)(;.*)?", requirement.replace(" ", ""))
    if found is None:
        raise SystemExit(f"{requirement} has no lower bound to be tested, so give it one")
    return f"{found[1]}=={found[2]}{found[3] or ''}"


def main():
    """Print one constraint a line, for what the program needs, for its Korean font and for its tests."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    print("\n".join(map(oldest, [*project["dependencies"], *extras["korean"], *extras["test"]])))


if __name__ == "__main__":
    main()
