#!/usr/bin/env bash
# Counts the instructions of a run over a town of 10,000 blocks, on one thread, and compares them
# with the stored figure: more than 5 % above it fails. Unlike seconds, instructions are the same
# on a machine that is busy. They hang on the compiler and on how far it optimises, so the figure
# holds for one version of it and for the profile of .ci/run; with another version the count is
# only told.
#
#   .ci/callgrind_check.sh PROGRAM TOWN      TOWN: the example `town`, built
#   .ci/callgrind_check.sh --prepare         only installs valgrind
#   KEEP=1 .ci/callgrind_check.sh …          stores the new figure
set -euo pipefail
program=${1:?usage: .ci/callgrind_check.sh PROGRAM TOWN}
stored=$(dirname "${BASH_SOURCE[0]}")/instructions.txt

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

if ! command -v valgrind >/dev/null; then
    echo "installing valgrind from the system's packages"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends valgrind >/dev/null
fi
[ "$program" != --prepare ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
project=$("${2:?which example?}" "$work/town" 100)
valgrind --tool=callgrind --callgrind-out-file="$work/out" \
    "$program" run "$project" --only tables --threads 1 --quiet --cache off 2>"$work/log" ||
    { cat "$work/log" >&2; exit 1; }
count=$(sed -n 's/^summary: \([0-9]*\).*/\1/p' "$work/out")
[ -n "$count" ] || { echo "callgrind: no count" >&2; exit 1; }
compiler=$(rustc --version)

if [ -n "${KEEP:-}" ]; then
    printf '%s\n%s\n' "$compiler" "$count" >"$stored"
fi
if [ ! -f "$stored" ]; then
    echo "callgrind: $count instructions with $compiler; nothing is stored to compare with"
    exit 0
fi
{ read -r known; read -r before; } <"$stored"
echo "callgrind: $count instructions; stored $before ($known)"
if [ "$known" != "$compiler" ]; then
    echo "callgrind: this is $compiler: not compared"
elif [ "$count" -gt $((before + before / 20)) ]; then
    echo "callgrind: more than 5 % above the stored figure" >&2
    exit 1
fi
