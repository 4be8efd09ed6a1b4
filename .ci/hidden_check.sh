#!/usr/bin/env bash
# Searches the sheets of a project with a rule on small numbers, as text that poppler-utils takes
# out of their PDF and as the words of SVG and kept scenes, for the numbers that the rule hides. The same project without the rule tells
# that they would be found.
#
#   .ci/hidden_check.sh PROGRAM PROJECT FOLDER   what `atalaya new` made, and where to write
set -euo pipefail
program=$(realpath "$1")
project=$(realpath "$2")
folder=$3

fail() {
    echo "$1" >&2
    exit 1
}

cp -r "$(dirname "$project")" "$folder"
# 4127.3 people in the first district, 3.7129 in the second, where there is one block.
sed -i 's/"poblacion": 100,/"poblacion": 2913.7,/; s/"poblacion": 200,/"poblacion": 1213.6,/
    s/"poblacion": 150,/"poblacion": 3.7129,/' "$folder"/*.geojson
sed -i 's/"habitantes": [0-9]*,\?//' "$folder"/distritos.geojson
project=$folder/$(basename "$project")
# What all sheets of a run say.
words() {
    for pdf in "$folder/$1"/maps/*.pdf; do pdftotext -layout "$pdf" -; done >"$folder/$1.txt"
    # What the SVG of the sheets and the scenes that are kept say, without their coordinates.
    sed 's/<[^>]*>/\n/g' "$folder/$1"/maps/*.svg >"$folder/$1.drawn"
    gzip -cd "$folder/$1"/scene/*.gz | grep -o '"text":"[^"]*"' >>"$folder/$1.drawn" || true
}
"$program" run "$project" --out "$folder/open" --only maps,tables --quiet || [ $? -eq 1 ]
printf '\n[suppression]\n' >>"$project"
"$program" run "$project" --out "$folder/hidden" --only maps,tables --quiet || [ $? -eq 1 ]
words open
words hidden
found=0
# The first district, the second, and who of it lacks a service.
for number in '4127' 'EJEMPLO B +4( |$)' 'EJEMPLO B .*100,0 % +4( |$)' '3[.,]71'; do
    ! grep -Eq "$number" "$folder/open.txt" || found=$((found + 1))
    ! grep -E "$number" "$folder/hidden.txt" || fail "a sheet tells $number, which the rule hides"
done
for number in '4127' '3[.,]71'; do
    ! grep -E "$number" "$folder/hidden.drawn" || fail "a drawing tells $number, which the rule hides"
done
grep -q '4127' "$folder/open.drawn" || fail "no drawing without the rule tells 4127"
[ "$found" -gt 0 ] || fail "no sheet without the rule tells the numbers: nothing was tried"
grep -q 'oculto' "$folder/hidden.txt" || fail "no sheet says that something is hidden"
echo "no sheet tells what the rule hides; without it $found of the numbers are found"
