#!/usr/bin/env bash
# Checks the PDF sheets of a run with programs that know nothing of Atalaya: poppler-utils
# and qpdf, which it installs where they are missing.
#
#   .ci/pdf_check.sh FOLDER     a folder that `atalaya run` wrote
#   .ci/pdf_check.sh --prepare  only installs
set -euo pipefail
folder=${1:?usage: .ci/pdf_check.sh FOLDER}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

if ! command -v pdffonts >/dev/null || ! command -v qpdf >/dev/null; then
    echo "installing poppler-utils and qpdf from the system's packages"
    as_root apt-get update >/dev/null
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends poppler-utils qpdf >/dev/null
fi
[ "$folder" != --prepare ] || exit 0

fail() {
    echo "$1" >&2
    exit 1
}

count=0
pages=0
for pdf in "$folder"/maps/*.pdf; do
    name=$(basename "$pdf")
    qpdf --check "$pdf" >/dev/null || fail "$name: qpdf --check"

    # Each face is embedded, cut down, and leads back to letters.
    fonts=$(pdffonts "$pdf" 2>&1)
    lines=$(tail -n +3 <<<"$fonts")
    [ -n "$lines" ] || fail "$name: no font"
    while read -r line; do
        [[ $line == *"+NotoSans-"*"CID TrueType"*"Identity-H"*"yes yes yes"* ]] ||
            fail "$name: font $line"
    done <<<"$lines"

    info=$(pdfinfo "$pdf" 2>&1)
    grep -q '^Title: *[^ ]' <<<"$info" || fail "$name: no title"
    grep -Eq '^Page size: *(595\.28 x 841\.89|841\.89 x 595\.28|841\.89 x 1190\.55|1190\.55 x 841\.89) pts' \
        <<<"$info" || fail "$name: neither A4 nor A3: $(grep '^Page size' <<<"$info")"
    # A warning of pdfinfo or pdffonts is one too many.
    ! grep -qi 'error' <<<"$fonts$info" || fail "$name: poppler complains"

    text=$(pdftotext -layout "$pdf" - 2>&1)
    grep -q 'Escala 1:' <<<"$text" || fail "$name: the scale cannot be found in the text"
    grep -Eq 'Método y alcance|Índice de láminas' <<<"$text" ||
        fail "$name: words with accents cannot be found in the text"
    ! grep -q $'\xef\xbf\xbd' <<<"$text" || fail "$name: letters that lead nowhere"

    if [ "$name" = atlas.pdf ]; then
        bound=$(sed -n 's/^Pages: *//p' <<<"$info")
    else
        [ "$(stat -c %s "$pdf")" -lt 2000000 ] || fail "$name: 2 MB or more"
        pages=$((pages + 1))
    fi
    count=$((count + 1))
done
[ "$count" -gt 1 ] || fail "no PDF in $folder/maps"
[ "${bound:-0}" -ge "$pages" ] || fail "atlas.pdf has ${bound:-0} pages for $pages sheets"
echo "$count PDF files are sound"
