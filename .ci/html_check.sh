#!/usr/bin/env bash
# Whether pages are valid HTML, by html-validate: .ci/html_check.sh PAGE…
# It is fetched with npm into a folder of its own once; a page of the project that `new` writes
# takes a second or two, one of a whole province far longer.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: .ci/html_check.sh PAGE…" >&2; exit 2; }

version=10.17.0
kept=${XDG_CACHE_HOME:-$HOME/.cache}/atalaya-html-validate-$version
if [ ! -x "$kept/node_modules/.bin/html-validate" ]; then
    mkdir -p "$kept"
    npm install --silent --no-audit --no-fund --prefix "$kept" "html-validate@$version"
fi
# Long titles and spaces at ends of lines are matters of taste, not of HTML.
cat >"$kept/rules.json" <<'JSON'
{
  "root": true,
  "extends": ["html-validate:recommended", "html-validate:a11y"],
  "rules": { "long-title": "off", "no-trailing-whitespace": "off" }
}
JSON
"$kept/node_modules/.bin/html-validate" --config "$kept/rules.json" "$@"
printf '%s pages are valid HTML\n' $#
