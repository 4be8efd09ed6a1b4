#!/usr/bin/env bash
# Tries a seeded sample of the mutants of src/analysis and src/geometry with cargo-mutants (`cargo
# install cargo-mutants`): a build and a run of all tests for each, so a night's work and no part
# of .ci/run. Seed and size of the sample may be given; more arguments go to cargo-mutants, for
# instance --list to see the sample alone. What was found last is told in docs/mutantes.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seed=${1:-20261126}
count=${2:-240}
shift $(($# < 2 ? $# : 2))

which=(-f 'src/analysis/**' -f 'src/geometry/**')
all=$(mktemp)
trap 'rm -f "$all"' EXIT
cargo mutants --list --json "${which[@]}" >"$all"
mapfile -t sample < <(
    python3 - "$all" "$seed" "$count" <<'PYTHON'
import json, random, re, sys

path, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
# Fields left out of an expression are no part of the sample: few of those compile.
mutants = [one for one in json.load(open(path)) if one["genre"] != "StructField"]
for one in random.Random(seed).sample(mutants, count):
    print(f'--re=^{re.escape(one["name"])}$')
PYTHON
)
[ "${#sample[@]}" -eq "$count" ]
cargo mutants "${which[@]}" "${sample[@]}" "$@"
