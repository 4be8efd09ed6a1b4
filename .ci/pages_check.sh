#!/usr/bin/env bash
# Opens the pages of a run in a browser, from the disk and with the network off: totals against
# the tables, notes, print view, accessibility, valid HTML. Makes the viewer's bundle again and compares it
# with the one that is committed. Installs Node.js, npm and Chromium where they are missing.
#
#   .ci/pages_check.sh FOLDER [OTHER]   folders that `atalaya run` wrote; the report is that of
#                                       the other, where it is given
#   .ci/pages_check.sh --prepare        only installs
set -euo pipefail
folder=${1:?usage: .ci/pages_check.sh FOLDER [OTHER]}
other=${2:-$1}
if [ "$folder" != --prepare ]; then
    folder=$(realpath "$folder")
    other=$(realpath "$other")
fi
cd "$(dirname "${BASH_SOURCE[0]}")/pages"
exec </dev/null

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

packages=()
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
command -v chromium >/dev/null || packages+=(chromium)
if [ ${#packages[@]} -gt 0 ]; then
    echo "installing ${packages[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

npm ci --ignore-scripts --no-audit --no-fund --silent
[ "$folder" != --prepare ] || exit 0
node bundle.mjs --check
# Long titles and spaces at ends of lines are matters of taste, not of HTML (rules.json).
node_modules/.bin/html-validate --config rules.json "$other"/report.html "$other"/viewer.html
CHROMIUM=${CHROMIUM:-$(command -v chromium)} node check.mjs "$folder" "$other"
