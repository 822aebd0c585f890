"""What bench.sh measures with: chooses files, runs commands, prints the figures.

choose FIRST.jsonl FOLDER   links files all of whose pages were read; prints how many pages they have
fill FROM FOLDER MEGABYTES  files of their own bytes, at least MEGABYTES in total
run FIGURES NAME COMMAND…   seconds, and the highest sum of resident memory of the command's processes
report FIGURES PAGES MEGABYTES
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from itertools import count
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def choose(first, folder):
    pages = defaultdict(list)
    for line in Path(first).read_text().splitlines():
        page = json.loads(line)
        pages[page["file"]].append(page["outcome"])
    chosen = [file for file, outcomes in pages.items() if set(outcomes) == {"read"}]
    for number, file in enumerate(chosen):
        suffix = Path(file).suffix.lower()
        shutil.copy(file, Path(folder) / f"{number:04}{suffix}")
    print(sum(len(pages[file]) for file in chosen))


def fill(source, folder, megabytes):
    """Bytes after the end of a picture change its digest and nothing else; PDF and TIFF allow them as well."""
    files, size = sorted(Path(source).iterdir()), 0
    for number in count():
        if size >= int(megabytes) << 20:
            return
        file = files[number % len(files)]
        content = file.read_bytes() + (b"" if number < len(files) else b"\n%% %d\n" % number)
        (Path(folder) / f"{number:05}{file.suffix}").write_bytes(content)
        size += len(content)


def descendants(root):
    """The process and all below it, as /proc tells."""
    children = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children[int(after_name[1])].append(int(stat.parent.name))
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children[process]
    return found


def resident(process):
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0


def run(figures, name, *command):
    began, highest = time.monotonic(), 0
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while running.poll() is None:
        highest = max(highest, sum(map(resident, descendants(running.pid))))
        time.sleep(0.05)
    seconds = time.monotonic() - began
    if running.returncode:
        sys.exit(f"{name} ended with {running.returncode}")
    figure = {"name": name, "seconds": seconds, "bytes": highest}
    with open(figures, "a") as out:
        print(json.dumps(figure), file=out)
    print(f"  {name}: {seconds:.1f} s", file=sys.stderr)


def report(figures, pages, megabytes):
    lines = [json.loads(line) for line in Path(figures).read_text().splitlines()]
    seconds = {line["name"]: line["seconds"] for line in lines}
    work = {"read": (int(pages) * 60, "pages/min"), "intake": (int(megabytes), "MB/s")}
    other = {"read": "read.sogoc", "intake": "intake.sogoc"}
    print(f"\n{'':<21} {'seconds':>8} {'rate':>16} {'sogoc is':>10} {'peak memory':>12}")
    for line in lines:
        kind = line["name"].split(".")[0]
        amount, unit = work[kind]
        rate = f"{amount / line['seconds']:.1f} {unit}"
        ratio = line["seconds"] / seconds[other[kind]]
        print(f"{line['name']:<21} {line['seconds']:>8.1f} {rate:>16} {ratio:>8.2f} × {line['bytes'] >> 20:>8} MiB")


if __name__ == "__main__":
    {"choose": choose, "fill": fill, "run": run, "report": report}[sys.argv[1]](*sys.argv[2:])
