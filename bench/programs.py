"""Runs umklapp or the peer once on a case, and takes from the run what is recorded."""
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from cases import ROOT

VENV = ROOT / "build" / "peer-venv"
UMKLAPP = ROOT / "build" / "umklapp"
# What runs beside umklapp, by its name in bench/cases and bench/results.csv: of the peer what chooses its kernels, of
# umklapp itself the command.
PEERS = {"phono3py": [], "legacy": ["--legacy-backend"]}
OWN = {"direct": ["lbte", "--solver", "direct"], "rta": ["rta"]}
# Commands of umklapp, and the option of the peer for the same.
COMMANDS = {"rta": "--br", "lbte": "--lbte"}


@dataclasses.dataclass
class Run:
    wall: float  # seconds
    processor: float  # seconds of all threads
    peak: float  # MiB
    text: str  # standard output and standard error
    kappa: pathlib.Path  # the result file


class Failure(Exception):
    pass


def measure(command, folder, environment):
    """Wall and processor time and peak memory of a command.

    Linux counts what the parent held at the moment of the start too; this process imports little, so that every program
    measured here needs more.
    """
    with tempfile.TemporaryFile("w+") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{text}")
    peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return wall, usage.ru_utime + usage.ru_stime, peak, text


def result_file(folder):
    files = sorted(folder.glob("kappa-*.hdf5"))
    if len(files) != 1:
        raise Failure(f"{len(files)} result files in {folder}, expected one")
    return files[0]


def umklapp_options():
    return set(re.findall(r"--[a-z][a-z0-9-]*", subprocess.run(
        [UMKLAPP, "rta", "--help"], capture_output=True, text=True, check=True).stdout))


def run_umklapp(case, weights, threads, folder, known_options, prefix=(), command=None):
    """prefix: what stands before the program in the command; command: words in the place of that of the case."""
    name, *of_command = command or [case.command]
    options = [*of_command, *case.options, "--threads", str(threads), "-o", "out.yaml"]
    if weights == "plain":
        options += ["--no-average-degenerate-weights", "--no-symmetrize-tetrahedra"]
    if "--timings" in known_options:
        options.append("--timings")
    wall, processor, peak, text = measure([*prefix, UMKLAPP, name, case.input, *options], folder, dict(os.environ))
    return Run(wall, processor, peak, text, result_file(folder))


def peer_environment(threads):
    environment = dict(os.environ)
    # They are for the OpenBLAS of a system; NumPy from PyPI brings its own, which may lack what they ask for.
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        environment.pop(name, None)
    for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        environment[name] = str(threads)
    return environment


def run_peer(peer, case, weights, threads, folder):
    # The peer looks for its files in the current folder.
    for name in (case.input.name, "fc2.hdf5", "fc3.hdf5", "BORN"):
        if (case.input.parent / name).exists():
            shutil.copy(case.input.parent / name, folder)
    options = [*case.options, *PEERS[peer], "-o", "out.yaml"]
    if weights == "averaged":
        options += ["--average-degenerate-weights", "--symmetrize-tetrahedra"]
    command = [VENV / "bin" / "phono3py", case.input.name, COMMANDS[case.command], *options]
    wall, processor, peak, text = measure(command, folder, peer_environment(threads))
    return Run(wall, processor, peak, text, result_file(folder))


def umklapp_facts(text):
    """Bands, mesh, grid points and triplets, as far as the text tells: of many triplets it only gives an estimate."""
    facts = {}
    if match := re.search(r"^Primitive cell: (\d+) atom", text, re.M):
        facts["bands"] = 3 * int(match[1])
    if match := re.search(r"^Mesh: (\d+) x (\d+) x (\d+)", text, re.M):
        facts["mesh"] = "x".join(match.groups())
    if match := re.search(r"^Grid points: (\d+), triplets: (?:about )?(\d+)", text, re.M):
        facts["grid_points"], facts["triplets"] = int(match[1]), int(match[2])
    return facts


def peer_triplets(text):
    return sum(int(number) for number in re.findall(r"^Number of triplets: (\d+)", text, re.M))


def timings(text):
    """The table of --timings, lines of "name  seconds  share" after its heading: [(name, seconds, share in percent)]."""
    heading = re.search(r"^\W*(?:timings|stage)\b.*$", text, re.M | re.I)
    if not heading:
        return []
    rows = re.findall(r"^\s*([A-Za-z][A-Za-z0-9 _-]*?):?\s+(\d+(?:\.\d+)?)(?:\s*s)?\s+(\d+(?:\.\d+)?)\s*%?\s*$",
                      text[heading.end():], re.M)
    return [(name.lower(), float(seconds), float(share)) for name, seconds, share in rows if name.lower() != "total"]


def stages(text):
    """Share of each stage in percent."""
    return {name: share for name, _, share in timings(text)}


def stage_seconds(text):
    return {name: seconds for name, seconds, _ in timings(text)}
