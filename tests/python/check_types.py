"""Types of results, for mypy alone: what options make of them. What they are when it runs, test_rta.py tests."""

import numpy as np
from typing_extensions import assert_type

from umklapp import BoltzmannConductivity, Crystal, Linewidths, ThermalConductivity


def one_result(crystal: Crystal, width: float | None, with_tetrahedra: bool) -> None:
    assert_type(crystal.rta(mesh=11), ThermalConductivity)
    assert_type(crystal.rta(mesh=11, tetrahedra=True), ThermalConductivity)
    assert_type(crystal.rta(mesh=11, tetrahedra=with_tetrahedra), ThermalConductivity)
    assert_type(crystal.rta(mesh=11, sigma=0.1, temperatures=300), ThermalConductivity)
    assert_type(crystal.rta(mesh=11, sigma=width), ThermalConductivity)
    assert_type(crystal.lbte(mesh=11, tetrahedra=True), BoltzmannConductivity)
    assert_type(crystal.linewidths(1, mesh=11, tetrahedra=True), Linewidths)


def several_results(crystal: Crystal) -> None:
    assert_type(crystal.rta(mesh=11, sigma=0.1, tetrahedra=True), list[ThermalConductivity])
    assert_type(crystal.rta(mesh=11, sigma=[0.1, 0.2]), list[ThermalConductivity])
    assert_type(crystal.rta(mesh=11, sigma=np.array([0.1, 0.2])), list[ThermalConductivity])
    assert_type(crystal.lbte(mesh=11, sigma=np.array([0.1, 0.2])), list[BoltzmannConductivity])
    assert_type(crystal.linewidths([1, 2], mesh=11, sigma=np.array([0.1, 0.2])), list[Linewidths])
