//! Small answers that many routes share.

use utoipa::ToSchema;

/// A parameter that is refused.
#[derive(Debug, ToSchema)]
#[schema(examples(json!({
    "value": 42, "msg": "Must be an integer between 1 and 20 included.", "param": "maxResults",
    "path": "maxResults", "location": "body"
})))]
pub struct RefusedParameter {
    /// The value as it was sent.
    pub value: serde_json::Value,
    /// What is wrong, for people.
    pub msg: String,
    /// Name of the parameter, with an index for items of lists.
    pub param: String,
    /// The same name.
    pub path: String,
    /// Where it was.
    pub location: Location,
}

/// Where a parameter was: `params` means the path.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Location {
    /// In the body.
    Body,
    /// In the query.
    Query,
    /// In the path.
    Params,
    /// In a header.
    Headers,
}

/// What was done, for people.
#[derive(Debug, ToSchema)]
pub struct Message {
    /// The message.
    pub message: String,
}

/// An object without members.
#[derive(Debug, ToSchema)]
#[schema(max_properties = 0)]
pub struct Nothing {}
