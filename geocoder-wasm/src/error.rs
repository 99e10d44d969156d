//! Errors of the bindings and their way into JavaScript: `Error` with `code` and `errors`.

use geocoder_core::delta::DeltaError;
use geocoder_core::wire::FieldError;
use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::JsValue;

/// Result of bound calls.
pub(crate) type Result<T, E = Error> = core::result::Result<T, E>;

/// Everything that a bound call can report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The engine refuses the bytes of a shard.
    #[error(transparent)]
    Engine(#[from] geocoder_core::Error),
    /// The engine refuses a snapshot or delta.
    #[error(transparent)]
    Delta(#[from] DeltaError),
    /// Corrections were given for a country that has no shard.
    #[error("no shard of {0} is loaded; insert it first")]
    NotLoaded(String),
    /// The shard has not the announced size.
    #[error("the shard has {got} bytes where {expected} were announced; download it again")]
    SizeMismatch { expected: usize, got: usize },
    /// The shard has not the announced hash.
    #[error("the shard's SHA-256 is {got} where {expected} was announced; download it again")]
    HashMismatch { expected: String, got: String },
    /// The shard is larger than any that is loaded.
    #[error("the shard has over {limit} bytes, more than can be loaded")]
    TooLarge { limit: usize },
    /// Memory cannot grow any further.
    #[error("no memory for {bytes} bytes; remove shards that are not needed")]
    OutOfMemory { bytes: usize },
    /// Options break their rules.
    #[error("invalid options: {}", describe(.0))]
    InvalidOptions(Vec<FieldError>),
    /// A response cannot be read.
    #[error("the shard could not be downloaded: {0}")]
    Network(String),
    /// The download was stopped by its caller.
    #[error("the download was aborted")]
    Aborted,
    /// Something threw inside a conversion, such as a getter of the caller's options.
    #[error("{}", message_of(.0))]
    Thrown(JsValue),
}

impl Error {
    /// Returns the code that callers may rely on.
    fn code(&self) -> &'static str {
        use geocoder_core::Error as Engine;
        match self {
            Self::Engine(Engine::NotAShard) => "not_a_shard",
            Self::Engine(Engine::UnsupportedVersion { .. })
            | Self::Delta(DeltaError::UnsupportedVersion { .. }) => "unsupported_version",
            Self::Engine(Engine::Truncated { .. }) => "truncated",
            Self::Engine(Engine::ChecksumMismatch { .. }) => "checksum_mismatch",
            Self::Engine(_) => "malformed",
            Self::Delta(DeltaError::WrongGeneration { .. }) => "wrong_generation",
            Self::Delta(DeltaError::OutOfOrder { .. }) => "delta_out_of_order",
            Self::Delta(_) => "malformed_delta",
            Self::NotLoaded(_) => "not_loaded",
            Self::SizeMismatch { .. } => "size_mismatch",
            Self::HashMismatch { .. } => "hash_mismatch",
            Self::TooLarge { .. } => "too_large",
            Self::OutOfMemory { .. } => "out_of_memory",
            Self::InvalidOptions(_) => "invalid_options",
            Self::Network(_) => "network",
            Self::Aborted => "aborted",
            Self::Thrown(_) => "internal",
        }
    }
}

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let js_error = js_sys::Error::new(&error.to_string());
        // Neither call can fail on an object made just above, so their results say nothing.
        let _ = Reflect::set(&js_error, &"code".into(), &error.code().into());
        if let Error::InvalidOptions(fields) = &error {
            let fields = to_js(fields).unwrap_or(Self::UNDEFINED);
            let _ = Reflect::set(&js_error, &"errors".into(), &fields);
        }
        js_error.into()
    }
}

/// Converts plain data into plain objects.
pub(crate) fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    value.serialize(&serializer).map_err(|error| Error::Thrown(error.into()))
}

/// Returns what a thrown value says, for people.
pub(crate) fn message_of(thrown: &JsValue) -> String {
    Reflect::get(thrown, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| "an unknown fault".into())
}

fn describe(fields: &[FieldError]) -> String {
    let lines: Vec<_> = fields.iter().map(|f| format!("{}: {}", f.param, f.msg)).collect();
    lines.join(" ")
}
