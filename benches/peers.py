#!/usr/bin/env python3
"""Runs Atalaya and other programs on the same job in turn, and prints a table of what they cost.

    python3 benches/peers.py --program target/release/atalaya --peers PEERS --data DATA \
        --sizes 10k,100k --rounds 4 geopandas-tuned duckdb-tuned

PEERS holds the scripts of the peers, each run as `peer_NAME.py DATA/SIZE OUT [options]`; DATA/SIZE
holds the layers that PEERS/gen.py makes and a `project.toml` for Atalaya. One round runs every
program once, Atalaya first; whatever else the machine does meanwhile hits them all. CPU seconds
(user + system, all threads) are compared, not wall time, which others' work changes most. The table
gives medians, and for each peer the median over the rounds of its CPU seconds over Atalaya's.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

# Name: script and options.
PEERS = {
    "geopandas-tuned": ("peer_geopandas.py", ["--mode", "tuned"]),
    "geopandas-fast": ("peer_geopandas.py", ["--mode", "fast"]),
    "duckdb-tuned": ("peer_duckdb.py", ["--reader", "json", "--subdivide", "5"]),
    "sedonadb-tuned": ("peer_sedonadb.py", ["--subdivide", "5"]),
    "postgis": ("peer_postgis.py", []),
}


def cost(command, log):
    """Runs a command: CPU seconds, wall seconds, peak memory in MB of the largest process."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begun
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        sys.exit(f"{' '.join(command)}: exit code {code}, see {log.name}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--program", required=True)
    options.add_argument("--peers", required=True, help="folder of the peers' scripts")
    options.add_argument("--data", required=True, help="folder with a folder for each size")
    options.add_argument("--sizes", default="10k,100k")
    options.add_argument("--rounds", type=int, default=4)
    options.add_argument("--python", default=sys.executable, help="runs the peers")
    options.add_argument("names", nargs="+", choices=sorted(PEERS), metavar="PEER")
    options = options.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}")
    print("\n| size | program | CPU s | wall s | peak MB | CPU of the peer / Atalaya |")
    print("|---|---|---|---|---|---|")
    for size in options.sizes.split(","):
        measure(options, size)


def measure(options, size):
    data = os.path.join(options.data, size)
    runs = {name: [] for name in ["atalaya", *options.names]}
    with tempfile.TemporaryDirectory() as work, open(os.path.join(work, "log"), "w") as log:
        for _ in range(options.rounds):
            for name in runs:
                out = os.path.join(work, name)
                if name == "atalaya":
                    project = os.path.join(data, "project.toml")
                    command = [options.program, "run", project, "--out", out]
                    # Every round computes everything: nothing is kept from one to the next.
                    command += ["--only", "tables", "--quiet", "--cache", "off"]
                else:
                    script, more = PEERS[name]
                    os.makedirs(out, exist_ok=True)
                    command = [options.python, os.path.join(options.peers, script), data, out, *more]
                spent = cost(command, log)
                if name == "postgis":
                    # Its server is nobody's child: the script adds it up by itself.
                    with open(os.path.join(out, "stages.json")) as stages:
                        spent = (json.load(stages)["cpu"], *spent[1:])
                runs[name].append(spent)
    ours = [cpu for cpu, _, _ in runs["atalaya"]]
    for name, costs in runs.items():
        cpu, wall, peak = (statistics.median(column) for column in zip(*costs))
        ratios = [theirs[0] / mine for theirs, mine in zip(costs, ours)]
        ratio = "" if name == "atalaya" else f"{statistics.median(ratios):.1f}"
        print(f"| {size} | {name} | {cpu:.2f} | {wall:.2f} | {peak:.0f} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
