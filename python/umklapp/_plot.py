"""Pictures of results with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import _checks
from ._typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .result import ThermalConductivity

COMPONENTS = ("xx", "yy", "zz", "yz", "xz", "xy")


def draw(result: ThermalConductivity, what: str, t: int, axes: Axes | None) -> Axes:
    pictures = {"kappa": _draw_kappa, "linewidths": _draw_linewidths, "accumulation": _draw_accumulation}
    return pictures[_checks.word_of(pictures)("what", what)](result, t, axes)


def _axes(given: Axes | None) -> Axes:
    """Made when it is known that there is something to draw."""
    if given is not None:
        return given
    from matplotlib import pyplot

    made: Axes = pyplot.subplots()[1]
    return made


def distinct(kappa: FloatArray) -> list[int]:
    """Diagonal components that differ from those before them by more than rounding, of an array (..., 6)."""
    chosen: list[int] = []
    for c in range(3):
        scale = 1e-6 * np.abs(kappa).max()
        if all(np.abs(kappa[..., c] - kappa[..., before]).max() > scale for before in chosen):
            chosen.append(c)
    return chosen


def _draw_kappa(result: ThermalConductivity, t: int, given: Axes | None) -> Axes:
    """Temperatures without a solution are left out; dashed: relaxation times, beside the full Boltzmann equation."""
    good = (result.temperatures > 0) & np.isfinite(result.kappa).all(axis=1)
    if not good.any():
        raise ValueError("there is no kappa to draw: no temperature above 0 K has a solution")
    axes, marker = _axes(given), "o" if good.sum() < 20 else ""
    for c in distinct(result.kappa[good]):
        (line,) = axes.plot(result.temperatures[good], result.kappa[good, c], marker=marker, label=COMPONENTS[c])
        if result.kappa_rta is not None:
            warm, label = result.temperatures > 0, f"{COMPONENTS[c]}, relaxation times"
            axes.plot(result.temperatures[warm], result.kappa_rta[warm, c], "--", color=line.get_color(), label=label)
    axes.set_yscale("log")
    axes.set_xlabel("temperature (K)")
    axes.set_ylabel("thermal conductivity (W/(m K))")
    axes.legend()
    return axes


def _draw_linewidths(result: ThermalConductivity, t: int, given: Axes | None) -> Axes:
    gamma = result.gamma[t]
    shown = gamma > 0
    if not shown.any():
        raise ValueError(f"there are no linewidths to draw at {result.temperatures[t]:g} K")
    axes = _axes(given)
    axes.plot(result.frequencies[shown], gamma[shown], ".", markersize=3)
    axes.set_yscale("log")
    axes.set_xlabel("frequency (THz)")
    axes.set_ylabel(f"linewidth at {result.temperatures[t]:g} K (THz)")
    return axes


def accumulate(result: ThermalConductivity, t: int) -> tuple[FloatArray, FloatArray]:
    """Mean free paths in angstrom, ascending (modes,), and kappa of all modes up to them (modes, 6)."""
    if result.mode_kappa is None:
        raise ValueError("the result has no mode_kappa")
    speed = np.linalg.norm(result.group_velocities, axis=-1)
    with np.errstate(invalid="ignore"):
        path = (speed * result.lifetimes[t]).ravel()
    kappa = result.mode_kappa[t].reshape(-1, 6) / result.weights.sum()
    if not np.isfinite(kappa).all():
        raise ValueError(f"there is no solution at {result.temperatures[t]:g} K")
    carries = np.isfinite(path) & (path > 0)
    order = np.argsort(path[carries], kind="stable")
    return path[carries][order], np.cumsum(kappa[carries][order], axis=0)


def _draw_accumulation(result: ThermalConductivity, t: int, given: Axes | None) -> Axes:
    path, kappa = accumulate(result, t)
    if not kappa.any():
        raise ValueError(f"there is no kappa to accumulate at {result.temperatures[t]:g} K")
    axes = _axes(given)
    for c in distinct(kappa[-1:]):
        axes.plot(path / 10, kappa[:, c], label=COMPONENTS[c])
    axes.set_xscale("log")
    axes.set_xlabel("mean free path (nm)")
    axes.set_ylabel(f"accumulated kappa at {result.temperatures[t]:g} K (W/(m K))")
    axes.legend()
    return axes
