"""The command phono3py-umklapp, and the entry point by which phono3py finds this backend itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "UMKLAPP_PHONO3PY"


def main() -> int | None:
    """Run phono3py's command with its own options, on this backend."""
    from ._module import enable

    try:
        enable()
        from phono3py.scripts.phono3py import run
    except (ImportError, ValueError) as failure:
        print(f"phono3py-umklapp: {failure}", file=sys.stderr)
        return 1
    status: int | None = run()
    return status


def register() -> None:
    """Called by phono3py at its import; does nothing unless UMKLAPP_PHONO3PY is set, and not to 0.

    phono3py drops exceptions of such calls, so that a failure is told here.
    """
    if os.environ.get(VARIABLE, "") in ("", "0"):
        return
    try:
        from ._module import description, enable, enabled

        if enabled():
            return
        enable()
        if not _is_program():
            print(description())
    except Exception as failure:
        print(f"umklapp: {VARIABLE} is set, but the backend cannot be used: {failure}", file=sys.stderr)


def _is_program() -> bool:
    """phono3py's own programs, in whose log the line has its place."""
    return Path(sys.argv[0]).name.startswith("phono3py") if sys.argv else False
