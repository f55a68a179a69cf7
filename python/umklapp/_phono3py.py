"""The entry point by which phono3py finds the backend itself. Without the variable nothing else is imported here."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "UMKLAPP_PHONO3PY"
_NO = ("", "0", "no", "off", "false")


def register() -> None:
    """Called by phono3py at its import; does nothing unless UMKLAPP_PHONO3PY is set, and not to 0, no, off or false.

    phono3py drops exceptions of such calls, so that a failure is told here.
    """
    if os.environ.get(VARIABLE, "").lower() in _NO:
        return
    try:
        from .backend._module import description, enable, enabled

        if enabled():
            return
        enable()
        if not _is_program():
            print(description())
    except Exception as failure:
        print(f"umklapp: {VARIABLE} is set, but the backend cannot be used: {failure}", file=sys.stderr)


def _is_program() -> bool:
    """phono3py's own programs, in whose log the line has its place."""
    name = Path(sys.argv[0]).stem if sys.argv else ""
    return name == "phono3py" or name.startswith("phono3py-")
