"""The version of the installed package."""

from importlib import metadata

try:
    __version__ = metadata.version("umklapp")
except metadata.PackageNotFoundError:  # a source tree on PYTHONPATH
    __version__ = "unknown"
