"""How the backend is chosen, and what tells that it was."""

import os
import pathlib
import pickle
import subprocess
import sys
import sysconfig
import threading

import numpy as np
import pytest

phonors = pytest.importorskip("phonors")
pytest.importorskip("phono3py")

import backend_workflows  # noqa: E402

import umklapp.backend  # noqa: E402
from umklapp import _native  # noqa: E402

SILICON = backend_workflows.INPUTS["silicon"]
LINE = "umklapp backend enabled (lang=umklapp), 2 threads"


def current():
    import phonors as module

    return module


def test_enable_and_disable():
    before = current()
    umklapp.backend.enable()
    assert umklapp.backend.enabled() and current().collision_at_grid_point is not before.collision_at_grid_point
    umklapp.backend.disable()
    assert current() is before and not umklapp.backend.enabled()
    umklapp.backend.disable()
    assert current() is before


def test_nested_contexts():
    before = current()
    with umklapp.backend.enable() as module:
        with umklapp.backend.enable():
            assert current() is module
        assert current() is module
    assert current() is before


def test_an_exception_leaves_nothing_behind():
    before = current()
    with pytest.raises(KeyError), umklapp.backend.enable():
        raise KeyError
    assert current() is before


def test_each_undoes_its_own():
    before = current()
    outer = umklapp.backend.enable()
    with umklapp.backend.enable():
        umklapp.backend.disable()
        assert umklapp.backend.enabled()
    assert umklapp.backend.enabled()
    with outer:
        assert umklapp.backend.enabled()
    assert current() is before
    with outer:
        assert umklapp.backend.enabled()
    assert current() is before


def python(code, **variables):
    """Run code in a process of its own."""
    environment = {**os.environ, **variables}
    command = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_phonors_comes_back():
    """Also where it is imported first while the backend is in its place."""
    code = """
import umklapp.backend
for name in "rotate_spin_components", "no_such_function":
    with umklapp.backend.enable() as module:
        getattr(module, name, None)
    import phonors
    print(phonors.__name__, phonors is not module, callable(phonors.collision_at_grid_point))
"""
    assert python(code).splitlines() == ["phonors True True"] * 2


def test_same_surface():
    """Everything that phonors has: ours, or the installed phonors' own."""
    with umklapp.backend.enable() as module:
        for name in (n for n in dir(phonors) if not n.startswith("_") and n != "phonors"):
            assert callable(getattr(module, name)), name
        assert module.rotate_spin_components is phonors.rotate_spin_components
        assert module.collision_at_grid_point is not phonors.collision_at_grid_point
        with pytest.raises(AttributeError, match="no_such_function"):
            module.no_such_function  # noqa: B018


def test_arguments_have_the_names_of_phonors():
    for name, function in _native.backend_functions().items():
        theirs = getattr(phonors, name).__text_signature__.strip("()").split(", ")
        ours = function.__text_signature__.strip("()").split(", ")
        assert [a.split("=")[0] for a in ours] == [a.split("=")[0] for a in theirs], name


def test_coverage():
    coverage = umklapp.backend.coverage()
    assert set(coverage) == {name for name in dir(phonors) if not name.startswith("_") and name != "phonors"}
    assert coverage["collision_at_grid_point"] == "umklapp" and coverage["rotate_spin_components"] == "phonors"
    assert {name for name, of in coverage.items() if of == "umklapp"} == {
        *_native.backend_functions(),
        "rayon_max_threads",
    }


def load(**options):
    folder = SILICON.parent
    files = {"fc2_filename": folder / "fc2.hdf5", "fc3_filename": folder / "fc3.hdf5"}
    return umklapp.backend.load(SILICON, **files, **options)


def run(crystal):
    """With smearing, whose results do not depend on eigenvectors, and which all three have."""
    crystal.mesh_numbers = (3, 3, 3)
    crystal.sigmas = [0.1]
    crystal.init_phph_interaction()
    crystal.run_thermal_conductivity(temperatures=[300])
    return crystal.thermal_conductivity.kappa


def test_load_knows_three_languages():
    kappa = {}
    for lang in "umklapp", "Rust", "C":
        crystal = load(lang=lang, log_level=0)
        assert crystal.lang == lang
        kappa[lang] = run(crystal)
        assert not umklapp.backend.enabled()
    np.testing.assert_allclose(kappa["umklapp"], kappa["Rust"], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(kappa["umklapp"], kappa["C"], rtol=1e-9, atol=1e-9)
    with pytest.raises(ValueError, match="lang: 'Fortran'"):
        load(lang="Fortran")


def test_load_runs_on_the_backend(capfd, monkeypatch):
    crystal = load(log_level=1)
    assert "umklapp backend enabled (lang=umklapp), " in capfd.readouterr().out
    monkeypatch.setenv("UMKLAPP_TRACE", "1")
    run(crystal)
    kernels, _ = _native.backend_describe()
    line = f"[umklapp] dispatch name=collision_at_grid_point lang=umklapp kernels={kernels}"
    assert line in capfd.readouterr().err.splitlines()
    run(load(lang="Rust", log_level=0))
    assert "[umklapp]" not in capfd.readouterr().err


def test_threads_do_not_share_a_language():
    """While one thread computes on the backend another one has phonors."""
    crystal, seen = load(log_level=0), []

    def look():
        seen.append((current().collision_at_grid_point is phonors.collision_at_grid_point, umklapp.backend.enabled()))

    def look_from_another_thread(*_):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        look()

    crystal._init_dynamical_matrix = look_from_another_thread
    crystal.mesh_numbers = (3, 3, 3)
    crystal.init_phph_interaction()
    assert seen[:2] == [(True, False), (False, True)]


def test_pickle_of_a_loaded_object():
    crystal = load(log_level=0)
    restored = pickle.loads(pickle.dumps(crystal))
    assert restored.lang == "umklapp" and type(restored) is type(crystal)
    assert run(restored).tobytes() == run(crystal).tobytes()


# ---- programs --------------------------------------------------------------------------------------------------------


def phono3py(folder, *words, program="phono3py", **variables):
    """Run phono3py on silicon in a folder, as its command does."""
    for name in "fc2.hdf5", "fc3.hdf5":
        if not (folder / name).exists():
            (folder / name).symlink_to(SILICON.parent / name)
    code = {
        "phono3py": "from phono3py.scripts.phono3py import run; run()",
        "phono3py-umklapp": "from umklapp.backend._command import main; main()",
    }[program]
    code = f"import sys; sys.argv[0] = {program!r}; {code}"
    environment = {**os.environ, "UMKLAPP_NUM_THREADS": "2", **variables}
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        code,
        SILICON,
        "--br",
        "--mesh",
        "3",
        "3",
        "3",
        "--ts",
        "300",
        *words,
    ]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def kappa(folder):
    import h5py

    with h5py.File(folder / "kappa-m333.hdf5") as file:
        return file["kappa"][()]


INVARIANT = ("--average-degenerate-weights", "--symmetrize-tetrahedra")


def test_command(tmp_path):
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.mkdir(), ours.mkdir()
    plain = phono3py(theirs, *INVARIANT)
    assert "umklapp" not in plain.stdout + plain.stderr
    done = phono3py(ours, *INVARIANT, program="phono3py-umklapp")
    assert done.stdout.splitlines().count(LINE) == 1 and "rayon" not in done.stdout
    np.testing.assert_allclose(kappa(ours), kappa(theirs), rtol=1e-9, atol=1e-9)


def test_command_is_quiet(tmp_path):
    assert phono3py(tmp_path, "-q", program="phono3py-umklapp").stdout == ""


def has_entry_point():
    from importlib.metadata import entry_points

    return "umklapp" in [point.name for point in entry_points(group="phono3py.conductivity")]


@pytest.fixture
def entry_point(tmp_path):
    """A folder for PYTHONPATH where the entry point is found, as pip would have installed it."""
    if has_entry_point():
        return ""
    info = tmp_path / "site" / "umklapp_entry-0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: umklapp-entry\nVersion: 0\n")
    (info / "entry_points.txt").write_text("[phono3py.conductivity]\numklapp = umklapp._phono3py:register\n")
    return str(info.parent)


def test_environment_variable(tmp_path, entry_point):
    path = os.pathsep.join([entry_point, os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    on = phono3py(tmp_path, PYTHONPATH=path, UMKLAPP_PHONO3PY="1", UMKLAPP_TRACE="1", PHONO3PY_TRACE_LANG="1")
    assert on.stdout.splitlines().count(LINE) == 1
    assert "[umklapp] dispatch name=collision_at_grid_point lang=umklapp kernels=" in on.stderr
    assert "[phono3py.lang] dispatch name=Interaction.__init__ lang=Rust" in on.stderr
    for off in "", "0", "false":
        done = phono3py(tmp_path, PYTHONPATH=path, UMKLAPP_PHONO3PY=off, UMKLAPP_TRACE="1")
        assert "umklapp" not in done.stdout + done.stderr


def test_nothing_is_loaded_without_the_variable(entry_point):
    path = os.pathsep.join([entry_point, os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    code = "import phono3py, sys; print('umklapp._phono3py' in sys.modules, 'umklapp._native' in sys.modules)"
    assert python(code, PYTHONPATH=path, UMKLAPP_PHONO3PY="") == "True False\n"


@pytest.mark.parametrize(("name", "lines"), [("phono3py_of_mine.py", 1), ("phono3py-load", 0), ("phono3py", 0)])
def test_scripts_tell_and_programs_leave_it_to_the_log(name, lines):
    code = f"import sys; sys.argv[0] = {name!r}; from umklapp._phono3py import register; register()"
    assert python(code, UMKLAPP_PHONO3PY="1", UMKLAPP_NUM_THREADS="2").splitlines() == [LINE] * lines


def test_environment_variable_with_a_mistake(tmp_path, entry_point):
    path = os.pathsep.join([entry_point, os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    done = phono3py(tmp_path, PYTHONPATH=path, UMKLAPP_PHONO3PY="1", UMKLAPP_KERNELS="none")
    assert "UMKLAPP_PHONO3PY is set, but the backend cannot be used" in done.stderr and "none" in done.stderr


def test_batches(tmp_path):
    done = phono3py(
        tmp_path,
        program="phono3py-umklapp",
        PHONO3PY_RUST_GP_BATCH_SIZE="2",
        UMKLAPP_TRACE="1",
        UMKLAPP_NUM_THREADS="1",
    )
    assert done.stderr.count("name=collision_at_grid_points_batched ") == 2
    assert "name=collision_at_grid_point " not in done.stderr


def test_installed_command():
    """Where the package is installed, and not only on the path."""
    if not has_entry_point():
        pytest.skip("the package is not installed")
    script = pathlib.Path(sysconfig.get_path("scripts")) / "phono3py-umklapp"
    done = subprocess.run([script, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "--br" in done.stdout
