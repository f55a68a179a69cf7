"""Arguments turned into what the package computes with: each function takes the name of an argument and what was given.

What does not fit is a TypeError or a ValueError that begins with the name. Neither a bool nor a string is a number.
"""

from __future__ import annotations

import operator
import os
import reprlib
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from numbers import Real
from typing import Any, TypeVar

import numpy as np

from ._typing import FloatArray, IntArray

Value = TypeVar("Value")

#: Whole numbers up to this one are exact as float64.
MOST_EXACT = 2**53


def shown(value: object) -> str:
    """A value for a message: one short line."""
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    text = " ".join(reprlib.repr(value).split())
    return type(value).__name__ if text.startswith("<") else text


# ---- numbers --------------------------------------------------------------------------------------------------------


def reals(name: str, values: Any, expected: str = "numbers") -> FloatArray:
    """An own array of float64 in C order, of any shape."""
    try:
        found = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name}: its rows have different lengths") from None
    if not _are_reals(values, found):
        raise TypeError(f"{name}: {expected} expected, not {shown(values)}")
    try:
        made = np.array(found, dtype=np.float64, order="C")
    except OverflowError:
        raise ValueError(f"{name}: a number in it is too large") from None
    if not np.isfinite(made).all():
        raise ValueError(f"{name}: {values} is not finite" if made.ndim == 0 else f"{name}: not all of it is finite")
    return made


def _are_reals(values: Any, found: np.ndarray[Any, Any]) -> bool:
    if found.dtype.kind == "O":
        return all(isinstance(value, Real) and not isinstance(value, bool) for value in found.flat)
    return found.dtype.kind in "iuf" and not _holds_bool(values)


def _holds_bool(values: Any) -> bool:
    """Also among numbers in a list, where NumPy makes a number of it."""
    if isinstance(values, (list, tuple)):
        return any(map(_holds_bool, values))
    return isinstance(values, bool) or (isinstance(values, (np.ndarray, np.generic)) and values.dtype.kind == "b")


def array(name: str, values: Any, *shape: int | None) -> FloatArray:
    """The same of this shape (None: any size)."""
    made = reals(name, values)
    if made.ndim != len(shape) or any(n not in (None, m) for n, m in zip(shape, made.shape, strict=True)):
        wanted = ", ".join("n" if n is None else str(n) for n in shape)
        raise ValueError(f"{name}: shape {made.shape}, expected ({wanted})")
    return made


def integers(name: str, values: Any) -> IntArray:
    """An own array of int64 in C order, of any shape."""
    made = reals(name, values)
    if not (made == np.round(made)).all() or (np.abs(made) > MOST_EXACT).any():
        raise ValueError(f"{name}: whole numbers of at most 2^53 expected, not {shown(values)}")
    return made.astype(np.int64)


def number(name: str, value: Any) -> float:
    made = reals(name, value, "a number")
    if made.ndim != 0:
        raise TypeError(f"{name}: a number expected, not {shown(value)}")
    return float(made)


def above_zero(name: str, value: Any) -> float:
    made = number(name, value)
    if made <= 0:
        raise ValueError(f"{name}: {value} is not a number above 0")
    return made


def zero_or_above(name: str, value: Any) -> float:
    made = number(name, value)
    if made < 0:
        raise ValueError(f"{name}: {value} is not 0 or above")
    return made


def numbers(name: str, values: Any, check: Callable[[str, Any], float]) -> FloatArray:
    """An own array, (n,), of one or more numbers that each pass the check."""
    made = np.atleast_1d(reals(name, values))
    if made.ndim != 1 or len(made) == 0:
        raise ValueError(f"{name}: a number or a list of numbers expected, not shape {np.shape(values)}")
    check(name, made.min())
    return made


def integer(name: str, value: Any, expected: str = "an integer") -> int:
    if not isinstance(value, (bool, np.bool_)) and hasattr(value, "__index__"):
        with suppress(TypeError):  # arrays that are no integers
            return operator.index(value)
    raise TypeError(f"{name}: {expected} expected, not {shown(value)}")


def integer_from(least: int) -> Callable[[str, Any], int]:
    def check(name: str, value: Any) -> int:
        made = integer(name, value)
        if made < least:
            raise ValueError(f"{name}: {value} is not {least} or above")
        return made

    return check


# ---- other things ---------------------------------------------------------------------------------------------------


def optional(check: Callable[[str, Any], Value]) -> Callable[[str, Any], Value | None]:
    """The same, where None stays None."""
    return lambda name, value: None if value is None else check(name, value)


def truth(name: str, value: Any) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}: True or False expected, not {shown(value)}")
    return bool(value)


def instance(name: str, value: Any, kind: type[Value]) -> Value:
    if not isinstance(value, kind):
        raise TypeError(f"{name}: a {kind.__name__} expected, not {shown(value)}")
    return value


def word_of(words: Collection[str]) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        word = instance(name, value, str)
        if word not in words:
            raise ValueError(f"{name}: {word!r} is none of {', '.join(words)}")
        return word

    return check


def words(name: str, values: Any) -> tuple[str, ...]:
    """Several of any, of which one string alone is none."""
    found = None if isinstance(values, str) or not isinstance(values, Iterable) else list(values)
    if found is None or not all(isinstance(word, str) for word in found):
        raise TypeError(f"{name}: a sequence of str expected, not {shown(values)}")
    return tuple(map(str, found))


def path(name: str, value: Any) -> str:
    text = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    if not isinstance(text, str):
        raise TypeError(f"{name}: a path expected, not {shown(value)}")
    if text == "" or "\0" in text:
        raise ValueError(f"{name}: {text!r} is no path")
    return text


def file(name: str, value: Any) -> str:
    text = path(name, value)
    if not os.path.exists(text):
        raise FileNotFoundError(f"{name}: there is no file {text!r}")
    return text


def folder(name: str, value: Any) -> str:
    text = path(name, value)
    if not os.path.isdir(text):
        raise FileNotFoundError(f"{name}: there is no folder {text!r}")
    return text


def compression(name: str, value: Any) -> str:
    """As the library reads it; which words there are it knows."""
    return value if isinstance(value, str) else str(integer(name, value, "a str or an integer"))
