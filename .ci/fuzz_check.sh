#!/usr/bin/env bash
# Runs every fuzz target for some seconds (20 if nothing is said; with --build it only builds
# them), two at a time, from the seeds in fuzz/seeds. Needs the stable toolchain and nothing else. The dependencies are those
# of the main build; the project's own crates carry the fuzzer's counters (see fuzz_rustc),
# and no sanitizers, which Rust's own checks make up for: the program has no unsafe code.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

seconds=${1:-20}
shift || true

export CARGO_TERM_COLOR=never
# The same versions of everything as in the main build.
cp Cargo.lock fuzz/Cargo.lock
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
RUSTC_WRAPPER="$PWD/.ci/fuzz_rustc" \
    cargo build --quiet --release --manifest-path fuzz/Cargo.toml
[ "$seconds" != --build ] || exit 0

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(basename -s .rs fuzz/fuzz_targets/*.rs)
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Starts from the seeds, not from what an earlier run found: the same start every time.
fuzz() {
    local target=$1 log="$work/$1.log"
    mkdir -p "$work/corpus/$target" fuzz/artifacts/"$target"
    if ! "$CARGO_TARGET_DIR/release/$target" "$work/corpus/$target" "fuzz/seeds/$target" \
        -seed=1 -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=500 \
        -artifact_prefix="fuzz/artifacts/$target/" >"$log" 2>&1; then
        echo "fuzz: $target fails; its input lies in fuzz/artifacts/$target" >&2
        tail -n 40 "$log" >&2
        return 1
    fi
    echo "fuzz: $target $(grep -o 'Done [0-9]* runs in [0-9]* second' "$log")s"
}
export -f fuzz
export seconds work

printf '%s\n' "${targets[@]}" | xargs -n 1 -P 2 bash -c 'fuzz "$0"'
