"""What happens while the compiled part works: other threads go on, Ctrl-C and callbacks stop it, warnings arrive."""

import os
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest
from conftest import INPUTS

import umklapp
from umklapp import _native

LONG = {"mesh": (61, 61, 61), "temperatures": 300, "threads": 1}


def test_other_threads_go_on(silicon):
    """A counting thread counts at its usual pace during a run that holds one processor."""
    stop, counts = threading.Event(), []

    def tick():
        while not stop.is_set():
            counts.append(time.monotonic())
            time.sleep(1e-3)

    ticker = threading.Thread(target=tick)
    ticker.start()
    began = time.monotonic()
    silicon.rta((19, 19, 19), temperatures=300, threads=1)
    ended = time.monotonic()
    stop.set()
    ticker.join()
    during = [at for at in counts if began < at < ended]
    assert ended - began > 0.05
    assert max(np.diff([began, *during, ended])) < 0.7 * (ended - began)


def test_two_runs_at_the_same_time(silicon, small):
    """A crystal serves several threads, each run with a context of its own."""
    found = {}

    def run(i):
        found[i] = silicon.rta((5, 5, 5), temperatures=(100, 300, 800), threads=1).kappa

    threads = [threading.Thread(target=run, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(3):
        np.testing.assert_array_equal(found[i], small.kappa)


def test_a_context_serves_one_thread(silicon):
    refused = []

    def tell(fraction):
        try:
            _native.input_read(context, INPUTS["silicon"])
        except RuntimeError as error:
            refused.append(str(error))

    from umklapp import _options, _run

    context = _native.context_create(1, None, None, tell)
    options = _options.complete_rta({"temperatures": 300})
    _native.rta_run(**_run.rta_arguments(silicon, context, (5, 5, 5), options))
    assert refused[0] == "a context serves one thread at a time"


SCRIPT = """
import sys, time, umklapp
crystal = umklapp.load(sys.argv[1])
print("ready", flush=True)
began = time.monotonic()
try:
    crystal.rta((61, 61, 61), temperatures=300, threads=1)
except KeyboardInterrupt:
    print("stopped", flush=True)
small = crystal.rta((3, 3, 3), temperatures=300)  # everything is as before
print(small.kappa.shape, flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("again", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_interrupt():
    child = subprocess.Popen([sys.executable, "-c", SCRIPT, str(INPUTS["silicon"])], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.5)
    sent = time.monotonic()
    child.send_signal(signal.SIGINT)
    assert child.stdout.readline() == "stopped\n"
    assert time.monotonic() - sent < 15
    assert child.stdout.readline() == "(1, 6)\n"
    time.sleep(0.2)
    child.send_signal(signal.SIGINT)  # Python's own handler is back
    assert child.stdout.readline() == "again\n"
    assert child.wait() == 0


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_handler_of_the_user_decides_what_is_raised(silicon):
    class Stop(Exception):
        pass

    def handler(number, frame):
        raise Stop

    before = signal.signal(signal.SIGINT, handler)
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(Stop):
            silicon.rta(**LONG)
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


def test_progress(silicon):
    told = []
    silicon.rta((9, 9, 9), temperatures=300, progress=told.append)
    assert told == sorted(told) and told[0] == 0 and told[-1] == 1


def test_what_progress_raises_ends_the_run(silicon):
    def refuse(fraction):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        silicon.rta((9, 9, 9), temperatures=300, progress=refuse)
    assert silicon.rta((2, 2, 2), temperatures=300).kappa.shape == (1, 6)


def test_a_bar(silicon, capfd):
    silicon.rta((9, 9, 9), temperatures=300, progress=True)
    assert "Scattering" in capfd.readouterr().err


def test_a_bar_without_tqdm(silicon, capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    silicon.rta((9, 9, 9), temperatures=300, progress=True)
    assert "Scattering 100 %" in capfd.readouterr().err


def broken(crystal):
    """fc2 that pulls where it should push."""
    return -crystal.fc2


def test_warnings_are_told_where_the_caller_stands(silicon):
    crystal = umklapp.Crystal(silicon.unit_cell, silicon.supercell_matrix, broken(silicon))
    with pytest.warns(UserWarning, match="modes are imaginary") as told:
        crystal.rta((3, 3, 3), temperatures=300, constant_strength=1e-10)
    assert {warning.filename for warning in told} == {__file__}


def test_a_warning_that_is_an_error_stops(silicon):
    """The last one comes from within the library, through a callback without the GIL."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="scattered by nothing but the boundary"):
            silicon.rta((2, 2, 2), temperatures=300, sigma=0.001)


def test_asymmetry_and_drift_are_told(silicon):
    fc2 = silicon.fc2
    fc2[0, 1] += 0.1 * np.arange(9).reshape(3, 3)
    with pytest.warns(UserWarning) as told:
        umklapp.Crystal(silicon.unit_cell, silicon.supercell_matrix, fc2)
    assert any("acoustic sum rule" in str(w.message) for w in told)
    assert any("exchange of its indices" in str(w.message) for w in told)
