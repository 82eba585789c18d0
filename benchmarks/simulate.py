"""How long a simulated cohort takes, and how much memory: by patients and processes.

By hand, from the top folder: `python -m benchmarks.simulate`. No peer simulates lumbar
patients with images and outcomes, so there is nothing to stand beside; the same bytes
from one process and from two are checked first.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

POLL_S = 0.05


def main() -> None:
    """Print one line per run."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        same_bytes(home)
        print(f"{'':28}{'processes':>10}{'seconds':>10}{'each [s]':>10}{'MiB':>8}")
        for patients, processes in ((20, 1), (20, 2), (40, 2), (80, 2), (160, 2)):
            images(home, patients, processes)
        for patients in (1_000, 10_000, 100_000):
            tables(home, patients)


def same_bytes(home):
    """Refuse to time anything unless one process and two write the same files."""
    digests = []
    for processes in (1, 2):
        out = home / f"same{processes}"
        simulate(out, patients=4, processes=processes)
        digests.append(digest(out))
    assert digests[0] == digests[1]
    print("one process and two write the same bytes")


def images(home, patients, processes):
    """All images of a cohort."""
    out = home / "images"
    seconds, most = simulate(out, patients=patients, processes=processes)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    name = f"{patients} patients, all images"
    each = seconds / patients
    print(f"{name:28}{processes:10}{seconds:10.1f}{each:10.2f}{most / 2**20:8.0f}")
    print(f"{'':28}{size / patients / 2**20:.1f} MiB on disk for each patient")
    shutil.rmtree(out)


def tables(home, patients):
    """Tables only."""
    out = home / "tables"
    seconds, most = simulate(out, patients=patients, processes=1, tables_only=True)
    name = f"{patients} patients, tables only"
    print(f"{name:28}{1:10}{seconds:10.1f}{'':10}{most / 2**20:8.0f}")
    shutil.rmtree(out)


def simulate(out, *, patients, processes, tables_only=False):
    """Run the command as a user would; return its seconds and its largest process."""
    lbp = Path(sys.executable).with_name("lbp")
    command = [str(lbp), "simulate", str(out)]
    command += ["--patients", str(patients), "--processes", str(processes)]
    command += ["--tables-only"] if tables_only else []
    start = time.perf_counter()
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    most = 0
    while run.poll() is None:
        most = max(most, largest(run.pid))
        time.sleep(POLL_S)
    if run.returncode:
        raise SystemExit(run.stderr.read().decode())
    return time.perf_counter() - start, most


def largest(pid):
    """Memory of the largest process of a tree [bytes]."""
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
        return max(process.memory_info().rss for process in tree)
    except psutil.NoSuchProcess:
        return 0


def digest(folder):
    """One number for all bytes below a folder."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(str(path.relative_to(folder)).encode())
            total.update(path.read_bytes())
    return total.hexdigest()


if __name__ == "__main__":
    main()
