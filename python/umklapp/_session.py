"""Contexts of the library: where its messages, warnings and progress go."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import _native
from ._typing import Progress

_log = logging.getLogger("umklapp")
_folder = os.path.dirname(__file__) + os.sep


def warn(line: str) -> None:
    """A warning about a result, told where the user's code called this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_folder):
        frame, level = frame.f_back, level + 1
    warnings.warn(line, UserWarning, stacklevel=level)


def _tell(level: int, line: str) -> None:
    if level == 0:
        warn(line)
    else:
        _log.log(logging.INFO if level == 1 else logging.DEBUG, "%s", line)


@contextmanager
def _bar(label: str) -> Iterator[Callable[[float], None]]:
    """A bar of tqdm; without tqdm a line of text for each tenth."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        told = 0

        def print_tenth(share: float) -> None:
            nonlocal told
            if int(10 * share + 1e-9) > told:
                told = int(10 * share + 1e-9)
                print(f"{label} {10 * told} %", file=sys.stderr, flush=True)

        yield print_tenth
        return
    with tqdm(total=100, desc=label, unit="%", bar_format="{l_bar}{bar}| {elapsed}<{remaining}") as bar:
        yield lambda share: bar.update(100 * share - bar.n) and None


@contextmanager
def session(
    threads: int | None = None, memory: int | None = None, progress: Progress = False
) -> Iterator[_native.Context]:
    """A context of so many threads that may plan for so many bytes, with a bar where one is asked for."""
    if callable(progress):
        yield _native.context_create(threads, memory, _tell, progress)
    elif progress:
        with _bar("Scattering") as draw:
            yield _native.context_create(threads, memory, _tell, draw)
    else:
        yield _native.context_create(threads, memory, _tell, None)
