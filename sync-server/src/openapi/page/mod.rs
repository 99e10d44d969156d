//! Writes the description as a page for people: HTML and CSS alone, nothing loaded from anywhere.

mod schema;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("style.css");
/// Methods in the order in which they are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Returns the policy of the page: no scripts and no requests; its one style sheet is in it.
pub fn content_security_policy() -> String {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

/// Writes the page of a document.
pub fn render(document: &Value) -> String {
    let mut page = Page { document, html: String::new() };
    page.write();
    page.html
}

struct Page<'a> {
    document: &'a Value,
    html: String,
}

/// An operation with its method and path.
struct Shown<'a> {
    method: &'a str,
    path: &'a str,
    operation: &'a Value,
}

impl<'a> Page<'a> {
    fn write(&mut self) {
        let title = text(self.document.pointer("/info/title"));
        self.html += "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
            <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
        self.element("title", &format!("{title}: API reference"));
        self.html += &format!("<style>{STYLE}</style>\n</head>\n<body>\n");
        self.html += "<a class=\"skip\" href=\"#content\">Skip to the content</a>\n<header>\n";
        self.element("h1", &format!("{title}: API reference"));
        for paragraph in text(self.document.pointer("/info/description")).split("\n\n") {
            self.paragraph(paragraph);
        }
        self.html += "<p>For programs: <a href=\"openapi.json\">openapi.json</a></p>\n</header>\n";
        self.contents();
        self.html += "<main id=\"content\">\n";
        for tag in list(self.document.get("tags")) {
            let name = text(tag.get("name"));
            self.html += &format!("<section>\n<h2 id=\"tag-{0}\">{0}</h2>\n", escape(name));
            self.paragraph(text(tag.get("description")));
            for shown in self.operations(name) {
                self.operation(&shown);
            }
            self.html += "</section>\n";
        }
        self.html += "<section>\n<h2 id=\"shapes\">Shapes</h2>\n";
        for (name, schema) in members(self.document.pointer("/components/schemas")) {
            self.html += &format!("<h3 id=\"shape-{0}\">{0}</h3>\n", escape(name));
            self.html += &schema::describe(schema);
        }
        self.html += "</section>\n</main>\n</body>\n</html>\n";
    }

    fn contents(&mut self) {
        self.html += "<nav aria-label=\"Contents\">\n";
        for tag in list(self.document.get("tags")) {
            let name = text(tag.get("name"));
            self.html += &format!("<h2><a href=\"#tag-{0}\">{0}</a></h2>\n<ul>\n", escape(name));
            for Shown { method, path, operation } in self.operations(name) {
                self.html += &format!(
                    "<li><a href=\"#{}\"><span class=\"method\">{}</span> <code>{}</code></a> {}</li>\n",
                    escape(text(operation.get("operationId"))),
                    method.to_uppercase(),
                    escape(path),
                    escape(text(operation.get("summary"))),
                );
            }
            self.html += "</ul>\n";
        }
        self.html += "</nav>\n";
    }

    /// Returns the operations of a tag.
    fn operations(&self, tag: &str) -> Vec<Shown<'a>> {
        let mut found = Vec::new();
        for (path, item) in members(self.document.get("paths")) {
            for method in METHODS {
                let Some(operation) = item.get(method) else { continue };
                if list(operation.get("tags")).iter().any(|name| name == tag) {
                    found.push(Shown { method, path, operation });
                }
            }
        }
        found
    }

    fn operation(&mut self, Shown { method, path, operation }: &Shown<'_>) {
        self.html += &format!(
            "<article>\n<h3 id=\"{}\"><span class=\"method\">{}</span> <code>{}</code></h3>\n",
            escape(text(operation.get("operationId"))),
            method.to_uppercase(),
            escape(path),
        );
        self.paragraph(&format!("{}.", text(operation.get("summary"))));
        self.paragraph(text(operation.get("description")));
        let parameters = list(operation.get("parameters"));
        if !parameters.is_empty() {
            self.html += "<h4>Parameters</h4>\n<dl>\n";
            for parameter in parameters {
                let required = parameter.get("required") == Some(&Value::Bool(true));
                let place = text(parameter.get("in"));
                self.html += &format!(
                    "<dt><code>{}</code> <span class=\"note\">{place}{}</span></dt>\n<dd>{} {}</dd>\n",
                    escape(text(parameter.get("name"))),
                    if required { ", required" } else { "" },
                    inline(text(parameter.get("description"))),
                    parameter.get("schema").map(schema::kind).unwrap_or_default(),
                );
            }
            self.html += "</dl>\n";
        }
        if let Some(body) = operation.get("requestBody") {
            self.html += "<h4>Body</h4>\n<p>";
            self.html += &inline(text(body.get("description")));
            self.html += &format!(" {}</p>\n", content(body));
        }
        self.html += "<h4>Answers</h4>\n<dl>\n";
        for (status, answer) in members(operation.get("responses")) {
            let answer = self.resolve(answer);
            let headers: Vec<String> = members(answer.get("headers"))
                .map(|(name, _)| format!("<code>{}</code>", escape(name)))
                .collect();
            self.html += &format!(
                "<dt>{status}</dt>\n<dd>{} {} <span class=\"note\">Headers: {}.</span></dd>\n",
                inline(text(answer.get("description"))),
                content(answer),
                headers.join(", "),
            );
        }
        self.html += "</dl>\n</article>\n";
    }

    /// Returns what a reference within the document stands for.
    fn resolve(&self, value: &'a Value) -> &'a Value {
        let target = value.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| target.strip_prefix('#'));
        target.and_then(|target| self.document.pointer(target)).unwrap_or(value)
    }

    fn element(&mut self, name: &str, content: &str) {
        self.html += &format!("<{name}>{}</{name}>\n", escape(content));
    }

    fn paragraph(&mut self, content: &str) {
        if !content.is_empty() {
            self.html += &format!("<p>{}</p>\n", inline(content));
        }
    }
}

/// Returns the shapes of the contents of a body or answer.
fn content(of: &Value) -> String {
    let shapes = members(of.get("content")).map(|(media_type, content)| {
        let kind = content.get("schema").map(schema::kind).unwrap_or_default();
        if media_type == "application/json" {
            kind
        } else {
            format!("<code>{}</code>", escape(media_type))
        }
    });
    shapes.collect::<Vec<_>>().join(" or ")
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// Escapes a text and shows what stands between backticks as code.
fn inline(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 0 {
            out.push_str(&escape(part));
        } else {
            out.push_str(&format!("<code>{}</code>", escape(part)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> String {
        render(&serde_json::to_value(crate::openapi::document()).unwrap())
    }

    #[test]
    fn every_operation_and_shape_has_a_place_on_the_page() {
        let document = serde_json::to_value(crate::openapi::document()).unwrap();
        let page = render(&document);
        for entry in crate::routes::table() {
            let method = entry.method.to_lowercase();
            let operation = &document["paths"][entry.path][method];
            let id = operation["operationId"].as_str().unwrap();
            assert_eq!(page.matches(&format!("<h3 id=\"{id}\">")).count(), 1, "{id}");
        }
        for (name, _) in members(document.pointer("/components/schemas")) {
            assert_eq!(page.matches(&format!("<h3 id=\"shape-{name}\">")).count(), 1, "{name}");
        }
    }

    #[test]
    fn every_link_leads_somewhere_on_the_page() {
        let page = page();
        let targets = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
        let mut count = 0;
        for target in targets {
            assert!(page.contains(&format!("id=\"{target}\"")), "#{target}");
            count += 1;
        }
        assert!(count > 50, "{count}");
    }

    #[test]
    fn nothing_is_loaded_and_no_script_runs() {
        let page = page();
        for loader in ["<script", "src=", "<link", "url(", "@import", "style=\"", "://"] {
            assert!(!page.contains(loader), "{loader}");
        }
        assert!(content_security_policy().starts_with("default-src 'none'"));
    }

    #[test]
    fn texts_cannot_break_out_of_the_page() {
        assert_eq!(inline("a `<b>` & \"c\""), "a <code>&lt;b&gt;</code> &amp; &quot;c&quot;");
    }
}
