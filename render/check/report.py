"""What was checked of a film, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Report:
    """What was checked of one film, what was found false, and what has to be known besides.

    `complete` is whether everything was compared.
    """

    manifest: Path
    complete: bool = True
    checked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether everything was compared, and nothing found false."""
        return self.complete and not self.faults
