//! Operations on patches, as requests ask for them one by one or many at once.

use serde_json::{Map, Value};

use super::edit::Content;
use super::input::{Extent, Input, MAX_TEXT_CHARS};
use super::search::read_status;
use crate::model::Fields;

/// Longest reason, in characters.
const MAX_REASON_CHARS: usize = 1000;

/// One operation.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Adds a record.
    Create(Content),
    /// Corrects a record that exists, or changes the patch that does so already.
    Upsert {
        /// The record, as an earlier answer had it.
        origin: Box<Fields>,
        /// What it becomes.
        content: Content,
    },
    /// Changes a patch.
    Update {
        /// The patch.
        id: String,
        /// What becomes of it.
        content: Content,
    },
    /// Ends a patch.
    Delete {
        /// The patch.
        id: String,
        /// Why.
        reason: Option<String>,
    },
    /// Takes a translation away.
    DeleteLanguage {
        /// The patch.
        id: String,
        /// The language.
        language: String,
    },
}

impl Operation {
    /// Returns the fields that are written into a patch, and the object that they were sent in.
    pub fn written(&self) -> Option<(&'static str, &Fields)> {
        let object = if matches!(self, Self::Create(_)) { "record" } else { "update" };
        Some((object, self.content()?.fields.as_ref()?))
    }

    /// Returns the language of the fields.
    pub fn language(&self) -> Option<String> {
        self.content()?.language.clone()
    }

    /// Whether the record is taken away.
    pub fn removes(&self) -> bool {
        self.content().is_some_and(|content| content.remove == Some(true))
    }

    fn content(&self) -> Option<&Content> {
        match self {
            Self::Create(content) | Self::Upsert { content, .. } | Self::Update { content, .. } => {
                Some(content)
            }
            Self::Delete { .. } | Self::DeleteLanguage { .. } => None,
        }
    }

    /// Reads `record`, `status` and `language`.
    pub fn create(input: &mut Input<'_>) -> Self {
        if input.member("record").is_none() {
            input.refuse("record", "Is required.");
        }
        Self::Create(Content {
            fields: input.fields("record", Extent::Whole),
            remove: None,
            status: read_status(input),
            language: input.language(),
            in_world: false,
        })
    }

    /// Reads `origin`, `update` or `remove`, `status` and `language`.
    pub fn upsert(input: &mut Input<'_>) -> Self {
        if input.member("origin").is_none() {
            input.refuse("origin", "Is required.");
        }
        let origin = Box::new(input.fields("origin", Extent::Origin).unwrap_or_default());
        let content = content(input);
        if content.fields.is_none() && content.remove != Some(true) {
            input.refuse("update", "Is required.");
        }
        Self::Upsert { origin, content }
    }

    /// Reads `update`, `remove`, `status` and `language`, none of which has to be there.
    pub fn update(id: String, input: &mut Input<'_>) -> Self {
        Self::Update { id, content: content(input) }
    }

    /// Reads `reason`.
    pub fn delete(id: String, input: &mut Input<'_>) -> Self {
        Self::Delete { id, reason: input.text("reason", MAX_REASON_CHARS) }
    }

    /// Reads one operation of many: `method` says which, `id` of what.
    pub fn any(members: &Map<String, Value>, input: &mut Input<'_>) -> Self {
        let mut id = || match input.member("id").and_then(Value::as_str) {
            Some(id) if id.len() <= MAX_TEXT_CHARS => id.to_owned(),
            _ => {
                input.refuse("id", "Must be the id of a patch.");
                String::new()
            }
        };
        match members.get("method").and_then(Value::as_str) {
            Some("create") => Self::create(input),
            Some("upsert") => Self::upsert(input),
            Some("update") => Self::update(id(), input),
            Some("delete") => Self::delete(id(), input),
            _ => {
                input.refuse("method", "Must be `create`, `upsert`, `update` or `delete`.");
                Self::Delete { id: String::new(), reason: None }
            }
        }
    }
}

fn content(input: &mut Input<'_>) -> Content {
    Content {
        fields: input.fields("update", Extent::Some),
        remove: input.flag("remove"),
        status: read_status(input),
        language: input.language(),
        in_world: false,
    }
}
