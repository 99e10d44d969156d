//! Writes a shape of the description: in a phrase where it is used, in full where it is listed.

use serde_json::Value;

use super::{escape, inline, list, members, text};

/// Describes a shape in a phrase.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let name = escape(target.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#shape-{name}\">{name}</a>");
    }
    for (word, joint) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        let parts = list(schema.get(word));
        if !parts.is_empty() {
            return parts.iter().map(kind).collect::<Vec<_>>().join(joint);
        }
    }
    let names: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => vec!["anything"],
    };
    let names = names.iter().map(|name| match (*name, schema.get("items")) {
        ("array", Some(items)) => format!("list of {}", kind(items)),
        _ => escape(name),
    });
    let name = names.collect::<Vec<_>>().join(" or ");
    let rules = rules(schema);
    if rules.is_empty() { name } else { format!("{name} <span class=\"note\">({rules})</span>") }
}

/// Lists the limits of a shape.
fn rules(schema: &Value) -> String {
    let number = |name: &str| schema.get(name).filter(|value| value.is_number());
    let range = |least: &str, most: &str, unit: &str| match (number(least), number(most)) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}")),
        (Some(least), None) => Some(format!("at least {least}{unit}")),
        (None, Some(most)) => Some(format!("at most {most}{unit}")),
        (None, None) => None,
    };
    let code = |value: &Value| match value.as_str() {
        Some(text) => format!("<code>{}</code>", escape(text)),
        None => format!("<code>{}</code>", escape(&value.to_string())),
    };
    let values: Vec<String> = list(schema.get("enum")).iter().map(code).collect();
    let rules = [
        (!values.is_empty()).then(|| values.join(", ")),
        range("minimum", "maximum", ""),
        range("minLength", "maxLength", " characters"),
        range("minItems", "maxItems", " items"),
        schema.get("format").map(|format| escape(text(Some(format)))),
        schema.get("pattern").map(code),
        schema.get("default").map(|value| format!("default {}", code(value))),
    ];
    rules.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Describes a shape in full: what it is for, its members and an example.
pub(super) fn describe(schema: &Value) -> String {
    let mut html = String::new();
    let description = text(schema.get("description"));
    if !description.is_empty() {
        html += &format!("<p>{}</p>\n", inline(description));
    }
    if schema.get("properties").is_none() && schema.get("allOf").is_none() {
        html += &format!("<p>{}</p>\n", kind(schema));
    }
    let mut rows = String::new();
    list_members(schema, &mut rows);
    if !rows.is_empty() {
        html += &format!("<dl>\n{rows}</dl>\n");
    }
    for part in list(schema.get("allOf")).iter().filter(|part| part.get("$ref").is_some()) {
        html += &format!("<p>And the members of {}.</p>\n", kind(part));
    }
    let examples = list(schema.get("examples")).iter().chain(schema.get("example"));
    for example in examples {
        let json = serde_json::to_string_pretty(example).unwrap_or_default();
        html += &format!("<h4>Example</h4>\n<pre><code>{}</code></pre>\n", escape(&json));
    }
    html
}

/// Returns the description of a member, also where null stands beside its shape.
fn about(member: &Value) -> &str {
    let own = text(member.get("description"));
    if own.is_empty() { text(member.pointer("/oneOf/0/description")) } else { own }
}

fn list_members(schema: &Value, rows: &mut String) {
    for part in list(schema.get("allOf")) {
        list_members(part, rows);
    }
    let required = list(schema.get("required"));
    for (name, member) in members(schema.get("properties")) {
        let must = required.iter().any(|required| required == name);
        *rows += &format!(
            "<dt><code>{}</code>{}</dt>\n<dd>{} {}</dd>\n",
            escape(name),
            if must { " <span class=\"note\">always there</span>" } else { "" },
            inline(about(member)),
            kind(member),
        );
    }
}
