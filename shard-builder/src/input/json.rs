//! JSON inputs: lists read element by element, and small documents read whole.

use std::fmt;
use std::io::Read;
use std::path::Path;

use serde::de::{DeserializeOwned, Deserializer, SeqAccess, Visitor};
use serde_json::Value;

use super::{Input, open, read_error};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// Largest document that is read whole, in bytes of text.
const MAX_DOCUMENT_BYTES: u64 = 64 << 20;

/// Reads a document whole.
///
/// # Errors
/// Fails when the file cannot be read, is larger than 64 MiB or not of the expected shape.
pub(crate) fn read_document<T: DeserializeOwned>(
    path: &Path,
    progress: &dyn Progress,
) -> Result<T> {
    let input = open(path, progress)?.take(MAX_DOCUMENT_BYTES);
    serde_json::from_reader(input).map_err(|error| json_error(path, error))
}

/// Calls a function with each element of a list and its number, from 1 on.
///
/// # Errors
/// Fails when the file cannot be read or is no list, and as the function does.
pub(crate) fn for_each_element(
    path: &Path,
    input: Input<'_>,
    mut action: impl FnMut(u64, Value) -> Result<()>,
) -> Result<()> {
    let mut failure = None;
    let mut number = 0;
    let elements = Elements(|element| {
        number += 1;
        action(number, element).map_err(|error| failure = Some(error)).is_ok()
    });
    let mut json = serde_json::Deserializer::from_reader(input);
    let read = json.deserialize_seq(elements).and_then(|()| json.end());
    match (failure, read) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(json_error(path, error)),
        (None, Ok(())) => Ok(()),
    }
}

fn json_error(path: &Path, error: serde_json::Error) -> Error {
    if error.is_io() {
        return read_error(path, error.into());
    }
    let (line, problem) = (error.line() as u64, error.to_string());
    Error::Format { path: path.into(), line, problem }
}

/// Hands over elements as they are read; stops when the function answers false.
struct Elements<F>(F);

impl<'de, F: FnMut(Value) -> bool> Visitor<'de> for Elements<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element()? {
            if !(self.0)(element) {
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}
