"""Whole calculations of phono3py on both backends: every call compared, and the results at the end."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("phonors")
pytest.importorskip("phono3py")

import backend_workflows  # noqa: E402

import umklapp.backend  # noqa: E402

# Rounding: relative to the largest element of what a function writes.
TOLERANCE = 1e-10


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", backend_workflows.WORKFLOWS)
def test_calls_agree(name):
    worst = backend_workflows.compare(name).worst
    assert worst
    assert {function: value for function, value in worst.items() if not value <= TOLERANCE} == {}


@pytest.mark.parametrize("kernels", ["reference", "portable"])
def test_calls_agree_with_other_kernels(kernels):
    """In a process of its own, because kernels are chosen once."""
    names = ["rta-sigmas-normal-umklapp", "rta-invariant", "rta-wurtzite", "lbte", "self-energies-charges"]
    script = pathlib.Path(backend_workflows.__file__)
    environment = {**os.environ, "UMKLAPP_KERNELS": kernels}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", script, *names], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for name, worst in json.loads(done.stdout).items():
        assert {f: value for f, value in worst.items() if not value <= TOLERANCE} == {}, name


@pytest.mark.parametrize(
    "crystal, mesh, options",
    [
        ("silicon", (5, 5, 5), {}),
        ("nacl", (5, 5, 5), {}),
        ("nacl", (5, 5, 5), {"is_LBTE": True}),
        ("wurtzite", (4, 4, 3), {}),
    ],
)
def test_conductivities_agree(crystal, mesh, options):
    """From phonons to kappa on one backend and on the other, with weights that do not depend on the eigenvectors."""
    invariant = backend_workflows.INVARIANT
    theirs = backend_workflows.rta(crystal, mesh, interaction=invariant, **options).kappa
    with umklapp.backend.enable():
        ours = backend_workflows.rta(crystal, mesh, interaction=invariant, **options).kappa
    np.testing.assert_allclose(ours[:, 1:], theirs[:, 1:], rtol=1e-6, atol=1e-8 * np.abs(theirs[:, 1:]).max())


def test_threads_change_nothing(tmp_path):
    """The same bits with one thread and with three."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import umklapp.backend, backend_workflows, numpy;"
        "umklapp.backend.enable(); kappa = backend_workflows.rta('nacl', (4, 4, 4)).kappa;"
        "numpy.save(sys.argv[2], kappa)"
    )
    results = []
    for threads in "1", "3":
        path = tmp_path / f"{threads}.npy"
        environment = {**os.environ, "UMKLAPP_NUM_THREADS": threads}
        here = pathlib.Path(__file__).parent
        subprocess.run([sys.executable, "-W", "ignore", "-c", code, here, path], env=environment, check=True)
        results.append(np.load(path))
    assert np.array_equal(*results)
