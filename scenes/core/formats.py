"""Floating-point formats by name."""

from __future__ import annotations

from typing import Any

import numpy as np

# From the shortest to the longest.
FORMATS: dict[str, type[np.floating[Any]]] = {"float16": np.float16, "float32": np.float32, "float64": np.float64}
