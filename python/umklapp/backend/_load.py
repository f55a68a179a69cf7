"""phono3py.load with a third name for lang."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._module import description, enabled_here

if TYPE_CHECKING:
    from phono3py import Phono3py

_LANGUAGES = ("C", "Rust", "umklapp")


def load(*args: Any, lang: str = "umklapp", **kwargs: Any) -> Phono3py:
    """phono3py.load; with lang "umklapp" the methods and properties of the result run on this backend.

    "C" and "Rust" are phono3py's own. What was chosen can be read from the attribute lang of the result. Objects of
    different lang live side by side, in several threads too. Other objects that the result hands out, such as its
    phph_interaction, run on the backend only while it is enabled when their methods are called directly.
    """
    if lang not in _LANGUAGES:
        raise ValueError(f"argument lang: {lang!r} is none of {', '.join(map(repr, _LANGUAGES))}")
    import phono3py

    if lang != "umklapp":
        return phono3py.load(*args, lang=lang, **kwargs)
    with enabled_here():
        if kwargs.get("log_level", 0):
            print(description())
        loaded = phono3py.load(*args, lang="Rust", **kwargs)
    kind: Any = type(loaded)
    loaded.__class__ = _on_backend(kind)
    return loaded


@functools.cache
def _on_backend(kind: type[Any]) -> type[Any]:
    """A subclass whose methods and properties run with the backend in place."""
    members = {
        name: _wrapped(member)
        for base in reversed(kind.__mro__)
        for name, member in vars(base).items()
        if not name.startswith("__")
    }
    members["lang"] = property(lambda self: "umklapp")
    members["__reduce_ex__"] = _reduce
    return type(kind.__name__, (kind,), {**members, "__doc__": kind.__doc__, "__module__": kind.__module__})


def _reduce(self: Any, protocol: int) -> tuple[Any, ...]:
    """For pickle, which cannot find the subclass: it is made again from the class of phono3py."""
    reduced: Any = object.__reduce_ex__(self, max(protocol, 2))
    return (_new_on_backend, (type(self).__base__,), *reduced[2:])


def _new_on_backend(kind: Any) -> Any:
    made: Any = _on_backend(kind)
    return made.__new__(made)


def _wrapped(member: Any) -> Any:
    if isinstance(member, property):
        get, put, drop = (f and _run_enabled(f) for f in (member.fget, member.fset, member.fdel))
        return property(get, put, drop, member.__doc__)
    if callable(member) and not isinstance(member, type):
        return _run_enabled(member)
    return member


def _run_enabled(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with enabled_here():
            return function(*args, **kwargs)

    return run
