//! The JSON Schema of the project file, for editors.
//!
//! In: nothing. Out: a schema made from [`ProjectFile`], whose fields are also the
//! keys that the reader knows: there is no second list.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::Value;

use super::options::ProjectFile;

/// Gives the JSON Schema of the project file (draft 2020-12).
///
/// Rules that tie several keys together (exactly one of `level`, `constant` and
/// `bands`; which keys a kind of deficit uses) are not in it: the program checks them.
#[must_use]
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<ProjectFile>();
    NoNull.transform(&mut schema);
    schema.insert("title".to_owned(), "atalaya".into());
    schema.to_value()
}

/// Takes `null` away from optional keys: TOML has none.
struct NoNull;

impl Transform for NoNull {
    fn transform(&mut self, schema: &mut Schema) {
        let is_null = |value: &Value| {
            value == "null" || value.get("type").is_some_and(|name| name == "null")
        };
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| !is_null(name));
            if let [only] = types.as_slice() {
                let only = only.clone();
                schema.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(words)) = schema.get_mut("enum") {
            words.retain(|word| !word.is_null());
        }
        if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
            choices.retain(|choice| !is_null(choice));
            if let [Value::Object(only)] = choices.as_slice() {
                let only = only.clone();
                schema.remove("anyOf");
                for (key, value) in only {
                    schema.insert(key, value);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

/// Every key of the project file as a dotted path, with `<id>` for the names that
/// users choose; in the order of the schema. For documentation and its tests.
#[must_use]
pub fn keys() -> Vec<String> {
    let root = schema();
    let mut all = Vec::new();
    collect(&root, &root, "", &mut all);
    all
}

fn collect(root: &Value, node: &Value, path: &str, all: &mut Vec<String>) {
    let node = match node.get("$ref").and_then(Value::as_str) {
        Some(target) => {
            root.pointer(target.trim_start_matches('#')).unwrap_or(&Value::Null)
        }
        None => node,
    };
    let join = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    };
    for (name, inner) in
        node.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        all.push(join(name));
        collect(root, inner, &join(name), all);
    }
    if let Some(inner) =
        node.get("additionalProperties").filter(|inner| inner.is_object())
    {
        collect(root, inner, &join("<id>"), all);
    }
    if let Some(inner) = node.get("items") {
        collect(root, inner, path, all);
    }
    for inner in node.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        collect(root, inner, path, all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_strict_and_knows_no_null() {
        let text = schema().to_string();
        assert!(!text.contains("null"), "{text}");
        let root = schema();
        let layer = &root["$defs"]["LayerTable"];
        assert_eq!(layer["additionalProperties"], false);
        assert_eq!(layer["required"], serde_json::json!(["path"]));
        assert_eq!(layer["properties"]["accuracy_m"]["type"], "number");
        assert_eq!(
            layer["properties"]["status"]["enum"],
            serde_json::json!(["official", "reference", "synthetic"])
        );
        assert_eq!(root["required"], serde_json::json!(["project", "layers"]));
    }

    #[test]
    fn every_key_is_described() {
        let root = schema();
        for (name, table) in root["$defs"].as_object().unwrap() {
            for (key, value) in table["properties"].as_object().into_iter().flatten() {
                assert!(value.get("description").is_some(), "{name}.{key}");
            }
        }
    }

    #[test]
    fn keys_are_dotted_paths() {
        let keys = keys();
        for key in [
            "project.title.es",
            "layers.<id>.path",
            "layers.<id>.hazard.bands.within_m",
            "layers.<id>.exposure.sums",
            "deficits.<id>.better",
            "outputs.directory",
        ] {
            assert!(keys.iter().any(|known| known == key), "{key} in {keys:?}");
        }
    }
}
