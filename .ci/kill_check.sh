#!/usr/bin/env bash
# Kills runs at random moments and looks at what is left: a folder of results is whole, old or
# new, whatever happens, and what a killed run leaves behind is cleared by the next one.
#
#   .ci/kill_check.sh KILLS [PROGRAM] [SEED] [PROJECT]
#
# Half of the kills fall anywhere in a run, half while files are being written. Only processes
# that were started here are killed, by their id. Ends with 1 if anything was lost, and says
# what happened.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kills=${1:?how many kills}
program=${2:-target/release/atalaya}
RANDOM=${3:-20261126}
project=${4:-layers/ilo.toml}
program=$(realpath "$program")
home=$(mktemp -d)
home=$(realpath "$home")
child=
clean() {
    [ -z "$child" ] || kill -9 "$child" 2>/dev/null || true
    rm -rf "$home"
}
trap clean EXIT
target="$home/resultados de Ilo"

# The date tells one run from the next; without a copy of the inputs `verify` only reads.
start() {
    local day
    day=$(printf '2026-%02d-%02d' $((1 + $1 / 28 % 12)) $((1 + $1 % 28)))
    "$program" run "$project" --out "$target" --date "$day" --quiet \
        --set outputs.keep_inputs=false >/dev/null 2>&1 &
    child=$!
}
hidden() { find "$home" -mindepth 1 -maxdepth 1 -name '.atalaya-*' "$@"; }
now_ms() { date +%s%3N; }
good() { "$program" verify "$1" --quiet >/dev/null 2>&1; }
# A random number below $1, also beyond 32767.
below() { echo $(((RANDOM * 32768 + RANDOM) % $1)); }
rest() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }

began=$(now_ms)
start 0
wait "$child" || { echo "the first run failed" >&2; exit 1; }
took=$(($(now_ms) - began))
good "$target" || { echo "the first run does not verify" >&2; exit 1; }

early=0 writing=0 between=0 late=0 litter=0 replaced=0 lost=0 broken=0
before=$(sha256sum "$target/manifest.json")
for i in $(seq 1 "$kills"); do
    start "$i"
    if [ $((i % 2)) -eq 0 ]; then
        rest "$(below $((took + took / 5)))"
    else
        # Wait for the hidden folder, then for up to a quarter of a second.
        while kill -0 "$child" 2>/dev/null && [ -z "$(hidden -newer "$target/manifest.json" 2>/dev/null)" ]; do
            sleep 0.005
        done
        rest "$(below 250)"
    fi
    if kill -9 "$child" 2>/dev/null; then was_killed=1; else was_killed=0; fi
    wait "$child" 2>/dev/null || true
    child=
    found=$(hidden | wc -l)
    if [ "$was_killed" -eq 0 ]; then
        late=$((late + 1))
    elif [ "$found" -eq 0 ]; then
        early=$((early + 1))
    else
        writing=$((writing + 1))
        litter=$((litter + found))
    fi
    if [ -d "$target" ]; then
        after=$(sha256sum "$target/manifest.json" 2>/dev/null || echo none)
        if ! good "$target"; then
            broken=$((broken + 1))
            echo "kill $i: the folder does not verify" >&2
        elif [ "$after" != "$before" ]; then
            replaced=$((replaced + 1))
        fi
        before=$after
    else
        # Died between the two renames: the old folder must be whole, and comes back.
        old=$(hidden -name '*.old' | head -1)
        if [ -n "$old" ] && good "$old"; then
            between=$((between + 1))
        else
            lost=$((lost + 1))
            echo "kill $i: nothing whole is left" >&2
        fi
    fi
    # Nothing half-written may pass for a run.
    while read -r folder; do
        [ -n "$folder" ] || continue
        case "$folder" in *.old) continue ;; esac
        if [ ! -e "$folder/manifest.json" ] && good "$folder"; then
            broken=$((broken + 1))
            echo "kill $i: a folder without a manifest verifies" >&2
        fi
    done < <(hidden)
done
start "$((kills + 1))"
wait "$child" || { echo "the last run failed" >&2; exit 1; }
child=
good "$target" || broken=$((broken + 1))
left=$(hidden | wc -l)
echo "kills $kills (a run takes $took ms): before writing $early, while writing $writing," \
    "already over $late; between the renames $between; new results whole $replaced;" \
    "leftovers seen $litter, left after the last run $left; broken $broken, lost $lost"
[ "$broken" -eq 0 ] && [ "$lost" -eq 0 ] && [ "$left" -eq 0 ]
