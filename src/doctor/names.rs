//! What the name of a column says of its values.
//!
//! Names are taken apart into words without accents: `Código_Local` is `codigo`, `local`.

/// What a column may hold, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    /// Longitude or easting, without saying which.
    X,
    /// Latitude or northing.
    Y,
    /// Easting, m: `ESTE`, `easting`.
    East,
    /// Northing, m: `NORTE`, `northing`.
    North,
}

/// The words of a name, in small letters, without accents.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        let letter = plain(letter);
        let last = words.last_mut().expect("there is always one");
        if letter.is_ascii_alphanumeric() {
            last.push(letter);
        } else if !last.is_empty() {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn plain(letter: char) -> char {
    match letter.to_lowercase().next().unwrap_or(letter) {
        'á' | 'à' | 'ä' => 'a',
        'é' | 'è' | 'ë' => 'e',
        'í' | 'ì' | 'ï' => 'i',
        'ó' | 'ò' | 'ö' => 'o',
        'ú' | 'ù' | 'ü' => 'u',
        'ñ' => 'n',
        other => other,
    }
}

/// Which coordinate a column holds, if its name says so.
pub(super) fn axis_of(name: &str) -> Option<Axis> {
    let words = words(name);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    if has(&["este", "east", "easting", "estes"]) {
        return Some(Axis::East);
    }
    if has(&["norte", "north", "northing", "nortes"]) {
        return Some(Axis::North);
    }
    if has(&["longitud", "longitude", "lon", "long", "lng", "x"]) {
        return Some(Axis::X);
    }
    has(&["latitud", "latitude", "lat", "y"]).then_some(Axis::Y)
}

/// Whether a column holds well-known text, by its name.
pub(super) fn is_wkt(name: &str) -> bool {
    let words = words(name);
    let known = ["wkt", "geom", "geometry", "geometria", "the"];
    words.first().is_some_and(|first| known.contains(&first.as_str())) && words.len() <= 2
}

/// Whether a column holds codes, by its name.
pub(super) fn is_code(name: &str) -> bool {
    let starts = ["cod", "ubigeo", "iddist", "idprov", "iddpto", "idccpp"];
    let whole = ["code", "clave", "llave", "renipress", "renaes", "inei"];
    let words = words(name);
    words == ["id"]
        || words.iter().any(|word| {
            starts.iter().any(|start| word.starts_with(start))
                || whole.contains(&word.as_str())
        })
}

/// Whether a column holds codes of districts, by its name.
pub(super) fn is_district_code(name: &str) -> bool {
    let words = words(name);
    let has = |starts: &[&str]| {
        words.iter().any(|word| starts.iter().any(|start| word.starts_with(start)))
    };
    has(&["ubigeo", "iddist", "coddist"])
        || has(&["cod", "inei", "reniec"]) && has(&["dist"])
}

/// Whether a column only numbers the rows, by its name.
pub(super) fn is_row_number(name: &str) -> bool {
    let name = words(name).concat();
    ["fid", "objectid", "ogcfid", "gid", "oid", "rowid", "nro", "numero"]
        .contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_columns_hold() {
        let cases = [
            ("NORTE", Some(Axis::North)),
            ("este_sig", Some(Axis::East)),
            ("Longitud", Some(Axis::X)),
            ("POINT_X", Some(Axis::X)),
            ("Y_LATITUD", Some(Axis::Y)),
            ("longitud_km", Some(Axis::X)),
            ("nombre", None),
            ("oeste2", None),
        ];
        for (name, expected) in cases {
            assert_eq!(axis_of(name), expected, "{name}");
        }
    }

    #[test]
    fn codes_go_by_the_beginnings_of_words() {
        for name in ["Código Modular", "est_coduni", "COD_DIST", "UBIGEO", "CodLocal"] {
            assert!(is_code(name), "{name}");
        }
        for name in ["coords_x", "nombre", "Altitud", "modo"] {
            assert!(!is_code(name), "{name}");
        }
        let of_districts = ["Ubigeo", "cod_dist", "inei_distrito", "IDDIST"];
        assert!(of_districts.iter().all(|name| is_district_code(name)));
        assert!(
            !["distrito", "COD_DPTO", "inei_ccpp"].iter().any(|n| is_district_code(n))
        );
        assert!(is_row_number("ogc_fid") && !is_row_number("cod_fid"));
    }
}
