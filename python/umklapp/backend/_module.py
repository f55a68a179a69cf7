"""The module that stands in for phonors, and how it is put in its place."""

from __future__ import annotations

import contextlib
import functools
import importlib.machinery
import importlib.util
import sys
import threading
from collections.abc import Iterator
from types import ModuleType, TracebackType
from typing import Any

from .. import _native

NAME = "phonors"

# Modules whose question about threads is the line that phono3py's log has about its backend.
_LOGGERS = ("phono3py._lang", "phonopy._lang")


def description() -> str:
    """The line of a run's log that tells of this backend."""
    _, threads = _native.backend_describe()
    return f"umklapp backend enabled (lang=umklapp), {threads} {'thread' if threads == 1 else 'threads'}"


class Backend(ModuleType):
    """A module with the functions that phono3py and phonopy call; others come from the installed phonors.

    Threads for which the backend is not enabled get all of them from there, while it stands in its place.
    """

    def __init__(self) -> None:
        super().__init__(NAME, "phono3py's native functions on the kernels of umklapp.")
        self.__spec__ = importlib.machinery.ModuleSpec(NAME, None)
        self._functions = {**_native.backend_functions(), "rayon_max_threads": _count_threads}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {NAME!r} has no attribute {name!r}")
        here = _placement.is_enabled_here()
        if here and name in self._functions:
            return self._functions[name]
        original = phonors()
        if original is not None:
            return getattr(original, name)
        if here:
            raise AttributeError(f"the backend of umklapp has no function {name!r}, and {NAME} is not installed")
        raise ImportError(f"No module named {NAME!r}", name=NAME)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._functions, *dir(phonors())})


def _count_threads() -> int:
    """rayon_max_threads() of the backend.

    Asked by phono3py for the head of its log, it writes the line there itself, since phono3py's names another.
    """
    if sys._getframe(1).f_globals.get("__name__") in _LOGGERS:
        print(description())
        return 0
    return _native.backend_describe()[1]


@functools.cache
def backend() -> Backend:
    """The one stand-in of this process. ValueError where UMKLAPP_NUM_THREADS or UMKLAPP_KERNELS is wrong."""
    _native.backend_describe()
    return Backend()


class _Placement:
    """The place of phonors among the modules of the process: who needs the stand-in there, what was there before."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.everywhere: list[Enabled] = []  # what enable() returned and is in force, in that order
        self.here = threading.local()  # depth: calls of this thread that run on the backend
        self.n_users = 0
        self.displaced: ModuleType | None = None

    def is_enabled_here(self) -> bool:
        return bool(self.everywhere) or getattr(self.here, "depth", 0) > 0

    def take(self) -> None:
        stand_in = backend()
        with self.lock:
            if self.n_users == 0:
                self.displaced = sys.modules.get(NAME)
            self.n_users += 1
            sys.modules[NAME] = stand_in

    def leave(self) -> None:
        with self.lock:
            self.n_users -= 1
            if self.n_users == 0 and isinstance(sys.modules.get(NAME), Backend):
                _place(self.displaced)
                self.displaced = None

    def import_original(self) -> ModuleType | None:
        """The installed phonors, which from now on is what comes back into the place."""
        with self.lock:
            placed = sys.modules.get(NAME)
            original = self.displaced if isinstance(placed, Backend) else placed
            if original is not None:
                return original
            sys.modules.pop(NAME, None)
            try:
                original = importlib.import_module(NAME)
            except ImportError:
                sys.modules.pop(NAME, None)
            if isinstance(placed, Backend):
                self.displaced = original
                _place(placed)
            return original


_placement = _Placement()


def _place(module: ModuleType | None) -> None:
    if module is None:
        sys.modules.pop(NAME, None)
    else:
        sys.modules[NAME] = module


@functools.cache
def phonors() -> ModuleType | None:
    """The installed phonors, never the stand-in; None where there is none."""
    return _placement.import_original()


class Enabled:
    """What enable() returns; in a with statement it is taken back at the end, and can be used again."""

    def __init__(self) -> None:
        self._enable()

    def _enable(self) -> None:
        with _placement.lock:
            if self not in _placement.everywhere:
                _placement.take()
                _placement.everywhere.append(self)

    def _disable(self) -> None:
        with _placement.lock:
            if self in _placement.everywhere:
                _placement.everywhere.remove(self)
                _placement.leave()

    def __enter__(self) -> Backend:
        self._enable()
        return backend()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._disable()


def enable() -> Enabled:
    """Put the backend in the place of phonors for all threads, also where phono3py has been used before.

    Each call is undone by one disable(), or by the end of the with statement it stands in.
    """
    return Enabled()


def disable() -> None:
    """Undo the last enable() that is in force; without one nothing happens."""
    with _placement.lock:
        if _placement.everywhere:
            _placement.everywhere[-1]._disable()


@contextlib.contextmanager
def enabled_here() -> Iterator[None]:
    """The backend in the place of phonors for the calling thread alone."""
    _placement.take()
    _placement.here.depth = getattr(_placement.here, "depth", 0) + 1
    try:
        yield
    finally:
        _placement.here.depth -= 1
        _placement.leave()


def enabled() -> bool:
    """Whether calls of this thread go to this backend now."""
    return isinstance(sys.modules.get(NAME), Backend) and _placement.is_enabled_here()
