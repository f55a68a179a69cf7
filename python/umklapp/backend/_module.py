"""The module that stands in for phonors, and how it is put in its place."""

from __future__ import annotations

import functools
import importlib.machinery
import importlib.util
import sys
import threading
from types import ModuleType, TracebackType
from typing import Any

from .. import _native

NAME = "phonors"

# Modules whose question about threads is the line that phono3py's log has about its backend.
_LOGGERS = ("phono3py._lang", "phonopy._lang")

_lock = threading.RLock()
_displaced: list[ModuleType | None] = []


def description() -> str:
    """The line of a run's log that tells of this backend."""
    _, threads = _native.backend_describe()
    return f"umklapp backend enabled (lang=umklapp), {threads} {'thread' if threads == 1 else 'threads'}"


class Backend(ModuleType):
    """A module with the functions that phono3py and phonopy call; others come from the installed phonors."""

    def __init__(self) -> None:
        super().__init__(NAME, "phono3py's native functions on the kernels of umklapp.")
        self.__spec__ = importlib.machinery.ModuleSpec(NAME, None)
        self.__dict__.update(_native.backend_functions())

    def rayon_max_threads(self) -> int:
        """Number of threads.

        Asked by phono3py for the head of its log, it writes the line there itself, since phono3py's names another.
        """
        if sys._getframe(1).f_globals.get("__name__") in _LOGGERS:
            print(description())
            return 0
        return _native.backend_describe()[1]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {NAME!r} has no attribute {name!r}")
        original = phonors()
        if original is None:
            raise AttributeError(f"the backend of umklapp has no function {name!r}, and {NAME} is not installed")
        return getattr(original, name)


@functools.cache
def backend() -> Backend:
    """The one stand-in of this process. ValueError where UMKLAPP_NUM_THREADS or UMKLAPP_KERNELS is wrong."""
    _native.backend_describe()
    return Backend()


@functools.cache
def phonors() -> ModuleType | None:
    """The installed phonors, never the stand-in; None where there is none."""
    with _lock:
        placed = sys.modules.pop(NAME, None)
        try:
            for module in (placed, *_displaced):
                if module is not None and not isinstance(module, Backend):
                    return module
            return importlib.import_module(NAME)
        except ImportError:
            return None
        finally:
            _place(placed)


def _place(module: ModuleType | None) -> None:
    if module is None:
        sys.modules.pop(NAME, None)
    else:
        sys.modules[NAME] = module


class Enabled:
    """What enable() returns: leaving a with statement takes the backend out again."""

    def __enter__(self) -> Backend:
        return backend()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        disable()


def enable() -> Enabled:
    """Put the backend in the place of phonors, also where phono3py has been used before.

    Each call is undone by one disable(), or by the end of the with statement it stands in.
    """
    with _lock:
        stand_in = backend()
        _displaced.append(sys.modules.get(NAME))
        _place(stand_in)
    return Enabled()


def disable() -> None:
    """Put back what was there before the last enable(); without one nothing happens."""
    with _lock:
        if _displaced:
            _place(_displaced.pop())


def enabled() -> bool:
    """Whether calls go to this backend now."""
    return isinstance(sys.modules.get(NAME), Backend)
