"""What it costs to be killed, and bench/restart.csv: one row for each seed of a go.

An undisturbed run takes a wall time T. Moments are drawn from 0 to T; the run gets SIGKILL at each of them, not counting
the time between its processes, and is started again. The extra is what all its processes took together beyond what an
undisturbed run takes, relative to that.
"""
import dataclasses
import os
import random
import signal
import statistics
import subprocess
import time

from cases import ROOT

PATH = ROOT / "bench" / "restart.csv"
KILLS = 5
AVERAGES = {"least": min, "median": statistics.median}
TIMES = {"wall": "wall", "cpu": "processor"}  # the name in columns, that of Run
FIELDS = [
    "date", "processor", "cores", "version", "compiler", "case", "crystal", "bands", "mesh", "grid_points", "triplets",
    "threads", "rounds", "seed", "kills", "killed_after_s", "checkpoint_mib", "same_bits",
    *(f"{what}_{time}_{average}{unit}" for average in AVERAGES for time in TIMES
      for what, unit in (("undisturbed", "_s"), ("killed", "_s"), ("extra", ""))),
]


@dataclasses.dataclass
class Run:
    wall: float  # seconds, of all processes
    processor: float  # seconds of all threads of all processes
    lifetimes: list[float]  # of the processes that were killed
    text: str  # standard output and standard error of the last process


def lifetimes(seed, seconds, kills=KILLS):
    """How long each process lives until it is killed."""
    numbers = random.Random(seed)
    moments = sorted(numbers.uniform(0, seconds) for _ in range(kills))
    return [after - before for before, after in zip([0, *moments], moments)]


def run_process(command, folder, seconds=None):
    """Runs the command; SIGKILL after so many seconds, unless it has ended. Wall, processor time, exit status, text."""
    with open(folder / "output", "w+") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        try:
            if seconds is not None:
                time.sleep(seconds)
                # Not process.kill(), which would wait for a process that has ended and lose its times.
                os.kill(process.pid, signal.SIGKILL)
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return wall, usage.ru_utime + usage.ru_stime, process.returncode, output.read()


def summary(undisturbed, killed):
    """The columns of times, from runs in turn."""
    row = {}
    for average, take in AVERAGES.items():
        for name, quantity in TIMES.items():
            without, with_kills = (take([getattr(run, quantity) for run in runs]) for runs in (undisturbed, killed))
            row[f"undisturbed_{name}_{average}_s"] = f"{without:.3f}"
            row[f"killed_{name}_{average}_s"] = f"{with_kills:.3f}"
            row[f"extra_{name}_{average}"] = f"{with_kills / without - 1:.3f}"
    return row


def latest(rows):
    """{(case, threads): the rows of the newest go, which share their date}"""
    found = {}
    for row in rows:
        key = row["case"], int(row["threads"])
        if found.get(key, [row])[0]["date"] != row["date"]:
            found[key] = []
        found.setdefault(key, []).append(row)
    return found
