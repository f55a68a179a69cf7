"""The command phono3py-umklapp."""

from __future__ import annotations

import sys


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
