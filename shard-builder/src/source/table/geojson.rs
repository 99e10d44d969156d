//! Line-delimited GeoJSON (RFC 8142): the properties of a feature are the columns of a row, its
//! point is `lon` and `lat`.

use serde_json::{Map, Value};

use super::mapping::{Mapping, Value as Mapped};

/// Byte that may start each line of a text sequence.
const RECORD_SEPARATOR: char = '\u{1e}';

/// Whether a line could be a feature.
pub(super) fn looks_like(line: &[u8]) -> bool {
    line.trim_ascii_start()
        .strip_prefix(b"\x1e")
        .unwrap_or(line.trim_ascii_start())
        .starts_with(b"{")
}

/// Columns that a mapping asks for: features have no header.
pub(super) fn columns_of(mapping: &Mapping) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for rule in &mapping.rules {
        if let Mapped::Columns { columns: asked, .. } = &rule.value {
            for column in asked {
                if !columns.contains(&column.name) {
                    columns.push(column.name.clone());
                }
            }
        }
    }
    columns
}

/// Reads the columns of a feature.
///
/// # Errors
/// Answers what is wrong with a line that is no feature with a point.
pub(super) fn row(line: &str, columns: &[String]) -> Result<Vec<String>, String> {
    let line = line.trim_start_matches(RECORD_SEPARATOR);
    let feature: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| format!("no JSON object: {error}"))?;
    let geometry = feature.get("geometry").and_then(Value::as_object);
    let Some(properties) = feature.get("properties").and_then(Value::as_object) else {
        return Err("no feature with properties".into());
    };
    let point = match geometry {
        None => None,
        Some(geometry) => {
            if geometry.get("type").and_then(Value::as_str) != Some("Point") {
                return Err("the geometry is no point".into());
            }
            geometry.get("coordinates").and_then(Value::as_array)
        }
    };
    let ordinate = |index: usize| point.and_then(|point| point.get(index)).map(text);
    let value = |column: &String| {
        let own = properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(column));
        match column.as_str() {
            "lon" => ordinate(0),
            "lat" => ordinate(1),
            _ => own.map(|(_, value)| text(value)),
        }
        .unwrap_or_default()
    };
    Ok(columns.iter().map(value).collect())
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
