//! The JSON documents in the columns named `doc`.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Result, StoreError};

pub(super) fn write(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Database(error.into()))
}

pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Database(error.into()))
}
