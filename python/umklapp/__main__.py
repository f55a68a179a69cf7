"""The program umklapp, which the compiled part contains."""

import os
import signal
import sys


def main() -> None:
    from . import _native

    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # which Python ignores; a program in a pipe ends with it
    words = [b"umklapp", *(os.fsencode(word) for word in sys.argv[1:])]
    sys.exit(_native.command(words))


if __name__ == "__main__":
    main()
