"""What a figure depends on besides the program: processor, compiler, versions."""
import datetime
import os
import pathlib
import platform
import re
import subprocess

from cases import ROOT
from programs import UMKLAPP, VENV, peer_environment


def processor():
    try:
        match = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        match = None
    if match:
        return match[1].replace(",", " ").strip()
    return (platform.processor() or platform.machine()).replace(",", " ")


def has_avx2():
    try:
        return re.search(r"^flags\s*:.*\bavx2\b", pathlib.Path("/proc/cpuinfo").read_text(), re.M) is not None
    except OSError:
        return False


def cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def here():
    """What a row of results begins with."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "processor": processor(),
        "cores": cores(),
    }


def compiler_of(line):
    """Out of the first line of its --version; what stands in parentheses is about the package."""
    version = re.search(r"\d+\.\d+(\.\d+)?", re.sub(r"\(.*?\)", "", line))
    return f"{'clang' if 'clang' in line else 'gcc'} {version[0] if version else ''}".strip()


def compiler(build=ROOT / "build"):
    """Name and version of the compiler of a build folder, such as "gcc 12.2.0"."""
    match = re.search(r"^CMAKE_C_COMPILER:[A-Z]+=(.*)$", (build / "CMakeCache.txt").read_text(), re.M)
    if not match:
        return ""
    text = subprocess.run([match[1], "--version"], capture_output=True, text=True, check=True).stdout
    return compiler_of(text.splitlines()[0])


def umklapp_version():
    return subprocess.run([UMKLAPP, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]


def peer_version():
    """phono3py and its Rust kernels, such as "4.10.0 (phonors 0.8.0)"."""
    code = "import importlib.metadata as m; print(m.version('phono3py') + ' (phonors ' + m.version('phonors') + ')')"
    return subprocess.run([VENV / "bin" / "python", "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def peak_gflops():
    """The rate of a large dgemm on one thread, the peer's NumPy and OpenBLAS."""
    command = [VENV / "bin" / "python", ROOT / "bench" / "peak.py"]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, env=peer_environment(1)).stdout)
