"""The version, which stands in manifests and tables."""

VERSION = "0.1.0"
