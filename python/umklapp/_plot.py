"""Pictures of results with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .result import ThermalConductivity

COMPONENTS = ("xx", "yy", "zz", "yz", "xz", "xy")


def draw(result: ThermalConductivity, what: str, t: int, axes: Axes | None) -> Axes:
    pictures = {"kappa": _draw_kappa, "linewidths": _draw_linewidths, "accumulation": _draw_accumulation}
    if what not in pictures:
        raise ValueError(f"what: {what!r} is none of {', '.join(pictures)}")
    if axes is None:
        from matplotlib import pyplot

        axes = pyplot.subplots()[1]
    pictures[what](result, t, axes)
    return axes


def distinct(kappa: FloatArray) -> list[int]:
    """Diagonal components that differ from those before them by more than rounding, of an array (..., 6)."""
    chosen: list[int] = []
    for c in range(3):
        scale = 1e-6 * np.abs(kappa).max()
        if all(np.abs(kappa[..., c] - kappa[..., before]).max() > scale for before in chosen):
            chosen.append(c)
    return chosen


def _draw_kappa(result: ThermalConductivity, t: int, axes: Axes) -> None:
    warm = result.temperatures > 0
    for c in distinct(result.kappa[warm]) if warm.any() else []:
        marker = "o" if warm.sum() < 20 else ""
        axes.plot(result.temperatures[warm], result.kappa[warm, c], marker=marker, label=COMPONENTS[c])
    axes.set_yscale("log")
    axes.set_xlabel("temperature (K)")
    axes.set_ylabel("thermal conductivity (W/(m K))")
    axes.legend()


def _draw_linewidths(result: ThermalConductivity, t: int, axes: Axes) -> None:
    gamma = result.gamma[t]
    shown = gamma > 0
    axes.plot(result.frequencies[shown], gamma[shown], ".", markersize=3)
    axes.set_yscale("log")
    axes.set_xlabel("frequency (THz)")
    axes.set_ylabel(f"linewidth at {result.temperatures[t]:g} K (THz)")


def accumulate(result: ThermalConductivity, t: int) -> tuple[FloatArray, FloatArray]:
    """Mean free paths in angstrom, ascending (modes,), and kappa of all modes up to them (modes, 6)."""
    if result.mode_kappa is None:
        raise ValueError("the result has no mode_kappa")
    speed = np.linalg.norm(result.group_velocities, axis=-1)
    with np.errstate(invalid="ignore"):
        path = (speed * result.lifetimes[t]).ravel()
    kappa = result.mode_kappa[t].reshape(-1, 6) / result.weights.sum()
    carries = np.isfinite(path) & (path > 0)
    order = np.argsort(path[carries], kind="stable")
    return path[carries][order], np.cumsum(kappa[carries][order], axis=0)


def _draw_accumulation(result: ThermalConductivity, t: int, axes: Axes) -> None:
    path, kappa = accumulate(result, t)
    for c in distinct(kappa[-1:]):
        axes.plot(path / 10, kappa[:, c], label=COMPONENTS[c])
    axes.set_xscale("log")
    axes.set_xlabel("mean free path (nm)")
    axes.set_ylabel(f"accumulated kappa at {result.temperatures[t]:g} K (W/(m K))")
    axes.legend()
