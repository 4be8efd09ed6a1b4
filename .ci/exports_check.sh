#!/usr/bin/env bash
# Opens every export of the example with programs that are not ours: GDAL, a validator of
# GeoPackages, frictionless and LibreOffice. Installs what it needs. Needs no input; takes the
# program from the first argument, else builds it; with --prepare it only installs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

fail() {
    echo "exports: $*" >&2
    exit 1
}

# --- what it needs -----------------------------------------------------------------------

packages=()
command -v ogrinfo >/dev/null || packages+=(gdal-bin)
/usr/bin/python3 -c 'import osgeo_utils.samples.validate_gpkg' 2>/dev/null || packages+=(python3-gdal)
python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)
command -v soffice >/dev/null || packages+=(libreoffice-calc)
if [ ${#packages[@]} -gt 0 ]; then
    echo "installing ${packages[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
venv=${EXPORTS_VENV:-$work/venv}
if ! [ -x "$venv/bin/frictionless" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q 'frictionless>=5.18,<6' 'pyarrow>=15' 'pyproj>=3.6'
fi

[ "${1:-}" != --prepare ] || exit 0

# --- the exports of the example ------------------------------------------------------------

program=${1:-}
if [ -z "$program" ]; then
    cargo build --release --locked
    program=${CARGO_TARGET_DIR:-target}/release/atalaya
fi
program=$(realpath "$program")
out=$work/ilo
"$program" run layers/ilo.toml --out "$out" --only tables,exports --quiet --lang es \
    --set 'outputs.exports=["csv","datapackage","fgb","geojson","gpkg","parquet","shp","xlsx"]'
cd "$out"

# --- layers: geometry, CRS, counts, fields, validity ----------------------------------------

rows_of() { "$venv/bin/python" -c 'import csv, sys; print(sum(1 for _ in csv.reader(open(sys.argv[1]))) - 1)' "$1"; }

opened=0
for csv in exports/csv/*.csv; do
    layer=$(basename "$csv" .csv)
    rows=$(rows_of "$csv")
    for source in "exports/ilo.gpkg" "exports/shp/$layer.shp" "exports/fgb/$layer.fgb" \
        "exports/geojson/$layer.geojson"; do
        summary=$(ogrinfo -so -al "$source" "$layer" 2>&1)
        if grep -qE '^(Warning|ERROR)' <<<"$summary"; then
            fail "$source, $layer: $(grep -E '^(Warning|ERROR)' <<<"$summary" | head -1)"
        fi
        count=$(sed -n 's/^Feature Count: //p' <<<"$summary")
        [ "$count" = "$rows" ] || fail "$source, $layer: $count features, $rows expected"
        code=32719
        case $source in *.geojson) code=4326 ;; esac
        grep -q "^    ID\[\"EPSG\",$code\]\]" <<<"$summary" || fail "$source: not EPSG:$code"
        grep -qE '^(status|STATUS): String' <<<"$summary" || fail "$source: no field status"
        geometry=geometry
        case $source in *.gpkg) geometry=geom ;; esac
        invalid=$(ogrinfo -q "$source" -dialect sqlite -sql \
            "SELECT count(*) AS n FROM \"$layer\" WHERE NOT ST_IsValid($geometry)" |
            sed -n 's/.* n (Integer) = //p')
        [ "$invalid" = 0 ] || fail "$source, $layer: ${invalid:-unknown} invalid geometries"
        opened=$((opened + 1))
    done
done
echo "exports: GDAL opened $opened layers, with the right CRS and counts"

grep -q '^area_m2: Real' <<<"$(ogrinfo -so exports/ilo.gpkg zones_tsunami_zones)" ||
    fail "zones: area_m2 is no number"
grep -q '^rank: Integer' <<<"$(ogrinfo -so exports/ilo.gpkg zones_tsunami_zones)" ||
    fail "zones: rank is no integer"

# GDAL's modules belong to the system's own interpreter, not to another on the path.
/usr/bin/python3 - <<'PYTHON'
import sys
from osgeo_utils.samples import validate_gpkg
found = validate_gpkg.main(["validate_gpkg", "exports/ilo.gpkg"])
sys.exit(found or 0)
PYTHON
echo "exports: the GeoPackage is valid"

"$venv/bin/python" - <<'PYTHON'
import csv, glob, json, os
import pyarrow.parquet as parquet
from pyproj import CRS

for path in sorted(glob.glob("exports/parquet/*.parquet")):
    table = parquet.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0", path
    crs = CRS.from_json_dict(geo["columns"]["geometry"]["crs"])
    assert crs == CRS.from_epsg(32719), path
    name = os.path.basename(path).replace(".parquet", ".csv")
    with open(f"exports/csv/{name}", newline="") as rows:
        assert table.num_rows == sum(1 for _ in csv.reader(rows)) - 1, path
for path in sorted(glob.glob("exports/parquet/tables/*.parquet")):
    table = parquet.read_table(path)
    name = os.path.basename(path).replace(".parquet", ".csv")
    with open(f"tables/{name}", newline="") as rows:
        rows = list(csv.reader(rows))
    assert table.column_names == rows[0] and table.num_rows == len(rows) - 1, path
print("exports: Parquet reads back, with the CRS")
PYTHON

# --- tables ---------------------------------------------------------------------------------

"$venv/bin/frictionless" validate datapackage.json >"$work/frictionless" 2>&1 ||
    { cat "$work/frictionless"; fail "frictionless finds the data package invalid"; }
echo "exports: frictionless validates the data package"

# A series of two runs, and a package in which the rule on small numbers leaves cells empty.
(
    cd "$work"
    "$program" new small --quiet
    printf '\n[suppression]\nmin_count = 50\nmin_denominator = 50\n' >>small/proyecto.toml
    "$program" run small/proyecto.toml --out run --only tables,exports --quiet \
        --set 'outputs.exports=["datapackage"]'
    grep -q ',Q,' run/tables/indicators.csv || fail "the rule on small numbers hides nothing"
    "$program" series run run --out series --quiet
    for package in run series; do
        "$venv/bin/frictionless" validate "$package/datapackage.json" >frictionless 2>&1 ||
            { cat frictionless; fail "frictionless finds the package of $package invalid"; }
    done
)
echo "exports: frictionless validates a series and a package with hidden figures"

timeout 180 soffice --headless --norestore "-env:UserInstallation=file://$work/office" \
    --convert-to 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1' \
    --outdir "$work/sheets" exports/ilo.xlsx >/dev/null 2>&1 || fail "LibreOffice cannot open the workbook"
for table in exposure deficits deficit_in_hazard balance indicators; do
    sheet="$work/sheets/ilo-$table.csv"
    [ -s "$sheet" ] || fail "the workbook has no sheet $table"
    [ "$(rows_of "$sheet")" = "$(rows_of "tables/$table.csv")" ] ||
        fail "sheet $table has another number of rows than its table"
done
echo "exports: LibreOffice opens the workbook"
