//! Adds to each operation what follows from its route: the key that it needs, the headers of its
//! answers, and how requests are refused before the handler sees them.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::link::Link;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, ContentBuilder, Header, OpenApi, Ref, RefOr, Required};

use crate::access::version::{API_VERSION_HEADER, API_VERSIONS};
use crate::access::{KEY_HEADER, Need};
use crate::model::Scope;
use crate::routes::RouteEntry;

const KEY_SCHEME: &str = "key";
const BEARER_SCHEME: &str = "bearer";

/// A refusal: status, name of the component, and when it is answered.
type Refusal = (&'static str, &'static str, &'static str);

/// Of every route.
const OF_ALL: [Refusal; 1] = [("500", "InternalError", "Anything unforeseen; `status` is null.")];
/// Of routes that read a body.
const OF_BODIES: [Refusal; 4] = [
    ("400", "BodyUnreadable", "The body breaks off or is not well-formed HTTP."),
    ("408", "BodyTimeout", "The body did not arrive in time."),
    ("413", "BodyTooLarge", "The body is larger than such a request needs."),
    ("422", "Invalid", "Parameters break a rule; `errors` names each of them."),
];
/// Of routes that need a key.
const OF_KEYS: [Refusal; 6] = [
    ("401", "AuthenticationFailed", "The key is unknown, inactive, expired or deleted."),
    ("403", "Forbidden", "The key may not do this, or not from this site or address."),
    ("412", "MissingCredentials", "The request has no key."),
    ("422", "Invalid", "Parameters break a rule; `errors` names each of them."),
    ("429", "TooManyRequests", "The client asks too often; `status` is 429."),
    ("503", "Unavailable", "The data needed cannot be used now; `status` is null."),
];
/// Of routes that count for the quota of an app.
const OF_QUOTAS: [Refusal; 1] =
    [("451", "QuotaExceeded", "The monthly quota of the key's app is used up.")];

/// How the paths begin whose query is read as forms send it (`FieldReader::query`).
const READ_AS_FORMS: [&str; 4] = ["/apps", "/audit", "/keys", "/sync/v1/conflicts"];

/// Operations that take the id of a patch.
const OF_PATCHES: [&str; 5] =
    ["getPatch", "updatePatch", "getPatchHistory", "deletePatchLanguage", "deletePatch"];
/// Operations whose answer has the id that others take.
const LINKS: [(&str, &[&str]); 5] = [
    ("createPatch", &OF_PATCHES),
    ("correctRecord", &OF_PATCHES),
    ("createKey", &["getKey", "updateKey", "rotateKey", "deleteKey"]),
    ("rotateKey", &["getKey", "updateKey", "deleteKey"]),
    ("createApp", &["getApp", "updateApp", "deleteApp"]),
];

/// Completes a document by the table of routes. Routes of the table that it does not have stay
/// absent, which a test finds.
pub(super) fn complete(document: &mut OpenApi, table: &[RouteEntry]) {
    let aliased = document.paths.paths.get("/sync/v1/manifest").cloned();
    if let Some(mut item) = aliased {
        if let Some(operation) = item.get.as_mut() {
            operation.operation_id = Some("getManifestFile".into());
        }
        document.paths.paths.insert("/sync/v1/manifest.json".into(), item);
    }
    for entry in table {
        let item = document.paths.paths.get_mut(entry.path);
        if let Some(operation) = item.and_then(|item| operation_of(item, entry.method)) {
            complete_operation(operation, entry);
        }
    }
    let components = document.components.get_or_insert_default();
    let refusals = OF_ALL.iter().chain(&OF_BODIES).chain(&OF_KEYS).chain(&OF_QUOTAS);
    for (status, name, description) in refusals {
        let response = refusal(status, description);
        components.responses.insert((*name).into(), response.into());
    }
    add_schemes(components);
}

/// Returns the operation of a method.
pub(super) fn operation_of<'a>(item: &'a mut PathItem, method: &str) -> Option<&'a mut Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PUT" => item.put.as_mut(),
        "PATCH" => item.patch.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

fn complete_operation(operation: &mut Operation, entry: &RouteEntry) {
    // Two methods of one handler are two operations.
    if entry.method == "PUT" && entry.path.ends_with("{id}") {
        let id = operation.operation_id.take().unwrap_or_default();
        operation.operation_id = Some(id.replacen("update", "replace", 1));
    }
    if READ_AS_FORMS.iter().any(|path| entry.path.starts_with(path)) {
        allow_empty_values(operation);
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            add_headers(response, entry.need);
        }
    }
    add_links(operation);
    refuse(operation, &OF_ALL);
    if let Some(body) = operation.request_body.as_mut() {
        if let RefOr::T(body) = body {
            describe_body(body, entry.body_limit.bytes);
        }
        refuse(operation, &OF_BODIES);
    }
    let description = operation.description.take().filter(|text| !text.is_empty());
    let need = match entry.need {
        Need::Open => {
            operation.security = Some(Vec::new());
            "Needs no key.".to_owned()
        }
        Need::AnyKey => "Needs a key.".into(),
        Need::Key(scope) => format!("Needs a key that may `{}`.", scope.name()),
    };
    operation.description =
        Some(description.into_iter().chain([need]).collect::<Vec<_>>().join(" "));
    if entry.need == Need::Open {
        return;
    }
    let schemes = [KEY_SCHEME, BEARER_SCHEME];
    let required = schemes.map(|scheme| SecurityRequirement::new::<_, _, &str>(scheme, []));
    operation.security = Some(required.into());
    operation.parameters.get_or_insert_default().push(version_parameter().build().into());
    refuse(operation, &OF_KEYS);
    if matches!(entry.need, Need::Key(Scope::GeocodeSearch | Scope::GeocodeReverse)) {
        refuse(operation, &OF_QUOTAS);
    }
}

/// Says that parameters of a query may stand there without a value, as those of forms do.
fn allow_empty_values(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && parameter.parameter_in == ParameterIn::Query
        {
            // OpenAPI has a member for it, utoipa writes it only as one of those it does not know.
            parameter.extensions = Some([("allowEmptyValue", true)].into_iter().collect());
        }
    }
}

/// Says how large a body may be, and that one which may be absent counts as `{}`: null is none.
fn describe_body(body: &mut RequestBody, limit_bytes: usize) {
    let required = body.required == Some(Required::True);
    let absent = if required { "" } else { "; without one, `{}` is meant" };
    body.description = Some(format!("A JSON object of at most {limit_bytes} bytes{absent}."));
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        if let Some(RefOr::T(Schema::OneOf(choice))) = &content.schema {
            content.schema = choice.items.first().cloned();
        }
    }
}

fn refuse(operation: &mut Operation, refusals: &[Refusal]) {
    for (status, name, _) in refusals {
        let response = || RefOr::Ref(Ref::from_response_name(*name));
        operation.responses.responses.entry((*status).into()).or_insert_with(response);
    }
}

fn version_parameter() -> ParameterBuilder {
    ParameterBuilder::new()
        .name(API_VERSION_HEADER.as_str())
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("Version of this API for this request, whatever the key is pinned to."))
        .schema(Some(
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some(API_VERSIONS)),
        ))
}

fn header(kind: Type, description: &str) -> Header {
    let schema = ObjectBuilder::new().schema_type(kind);
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}

fn add_headers(response: &mut Response, need: Need) {
    let mut add = |name: &str, kind, description| {
        response.headers.insert(name.into(), header(kind, description).into());
    };
    add("X-Request-Id", Type::String, "Id of the request, which the server's log has.");
    if need != Need::Open {
        add("RateLimit", Type::String, "Limit, requests that remain, and seconds until all do.");
        add("RateLimit-Policy", Type::String, "Requests, and the seconds in which they count.");
        add("X-PlaceKit-Api-Version", Type::String, "Version of this API that answered.");
    }
}

fn refusal(status: &str, description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Error"))).build();
    let mut response = ResponseBuilder::new()
        .description(description)
        .content("application/json", content)
        .build();
    let mut add = |name: &str, kind, description| {
        response.headers.insert(name.into(), header(kind, description).into());
    };
    add("X-Request-Id", Type::String, "Id of the request, which the server's log has.");
    match status {
        "401" => add("WWW-Authenticate", Type::String, "`Bearer`."),
        "429" | "503" => add("Retry-After", Type::Integer, "Seconds to wait."),
        _ => {}
    }
    response
}

fn add_links(operation: &mut Operation) {
    let id = operation.operation_id.as_deref().unwrap_or_default();
    let Some((_, targets)) = LINKS.iter().find(|(from, _)| *from == id) else { return };
    let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") else { return };
    for target in *targets {
        let mut link = Link::builder().operation_id(*target).parameter("id", "$response.body#/id");
        if *target == "deletePatchLanguage" {
            link = link.parameter("language", "$request.body#/language");
        }
        response.links.insert((*target).into(), link.build().into());
    }
}

fn add_schemes(components: &mut Components) {
    let key = ApiKeyValue::with_description(KEY_HEADER.as_str(), "Token of a key.");
    let schemes = &mut components.security_schemes;
    schemes.insert(KEY_SCHEME.into(), SecurityScheme::ApiKey(ApiKey::Header(key)).into());
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("Token of a key."))
        .build();
    schemes.insert(BEARER_SCHEME.into(), SecurityScheme::Http(bearer).into());
}
