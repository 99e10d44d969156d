//! Takes bytes, such as those of a shard, into WebAssembly memory, with one copy, and checks them.
//!
//! SHA-256 is computed here and not by `SubtleCrypto`: it runs along with the download instead of
//! after it, needs no second copy of the bytes, and works on pages that are not secure contexts.

use core::fmt::Write as _;

use js_sys::{Function, Reflect, Uint8Array, futures::JsFuture};
use sha2::{Digest, Sha256};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStreamDefaultReader, Response};

use crate::error::{Error, Result, message_of};

/// Largest shard that is loaded; several must fit into the 4 GiB of WebAssembly memory.
const MAX_SHARD_BYTES: usize = 1 << 30;

/// Collects bytes until they are complete.
pub(crate) struct ShardBytes {
    bytes: Vec<u8>,
    expected_size: Option<usize>,
    expected_hash: Option<(String, Sha256)>,
}

impl ShardBytes {
    /// Prepares for bytes of the given size and SHA-256 (hexadecimal), where they are known.
    pub(crate) fn new(size: Option<f64>, sha256: Option<String>) -> Result<Self> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        let expected_size = size.map(|size| size as usize);
        let expected_hash = sha256.map(|hash| (hash.to_ascii_lowercase(), Sha256::new()));
        let mut new = Self { bytes: Vec::new(), expected_size, expected_hash };
        new.reserve(expected_size.unwrap_or(0))?;
        Ok(new)
    }

    /// Copies an array in.
    pub(crate) fn append(&mut self, array: &Uint8Array) -> Result<()> {
        let start = self.bytes.len();
        let added = array.length() as usize;
        match self.expected_size {
            Some(expected) if start + added > expected => {
                return Err(Error::SizeMismatch { expected, got: start + added });
            }
            _ => self.reserve(added)?,
        }
        self.bytes.resize(start + added, 0);
        if let Some(new) = self.bytes.get_mut(start..) {
            array.copy_to(new);
            if let Some((_, hash)) = &mut self.expected_hash {
                hash.update(new);
            }
        }
        Ok(())
    }

    /// Copies an array that is complete.
    pub(crate) fn copy_of(array: &Uint8Array) -> Result<Vec<u8>> {
        let mut bytes = Self::new(None, None)?;
        bytes.append(array)?;
        Ok(bytes.bytes)
    }

    /// Copies the body of a response in while it arrives.
    pub(crate) async fn append_body(
        &mut self,
        response: &Response,
        on_progress: Option<&Function>,
    ) -> Result<()> {
        if !response.ok() {
            return Err(Error::Network(format!("status {}", response.status())));
        }
        let body = response.body().ok_or_else(|| Error::Network("it has no body".into()))?;
        let reader = ReadableStreamDefaultReader::new(&body)
            .map_err(|_| Error::Network("its body was read already".into()))?;
        let copied = async {
            // Only a hint: with a content encoding it counts other bytes than these.
            let hint = response.headers().get("content-length").ok().flatten();
            if self.expected_size.is_none() {
                self.reserve(hint.and_then(|hint| hint.parse().ok()).unwrap_or(0))?;
            }
            while let Some(chunk) = read_chunk(&reader).await? {
                self.append(&chunk)?;
                if let Some(report) = on_progress {
                    #[expect(clippy::cast_precision_loss, reason = "sizes are under 2^53")]
                    let received = self.bytes.len() as f64;
                    report.call1(&JsValue::UNDEFINED, &received.into()).map_err(Error::Thrown)?;
                }
            }
            Ok(())
        }
        .await;
        if copied.is_err() {
            // Ends the transfer; the fault that matters is known already.
            let _ = JsFuture::from(reader.cancel()).await;
        }
        copied
    }

    /// Returns the bytes, once they are known to be the announced ones, and their SHA-256 when it
    /// was announced.
    pub(crate) fn finish(self) -> Result<(Vec<u8>, Option<[u8; 32]>)> {
        let got = self.bytes.len();
        match self.expected_size {
            Some(expected) if expected != got => return Err(Error::SizeMismatch { expected, got }),
            _ => {}
        }
        let Some((expected, hash)) = self.expected_hash else { return Ok((self.bytes, None)) };
        let hash: [u8; 32] = hash.finalize().into();
        let got = hexadecimal(&hash);
        if expected != got {
            return Err(Error::HashMismatch { expected, got });
        }
        Ok((self.bytes, Some(hash)))
    }

    fn reserve(&mut self, more: usize) -> Result<()> {
        if more > MAX_SHARD_BYTES - self.bytes.len() {
            return Err(Error::TooLarge { limit: MAX_SHARD_BYTES });
        }
        self.bytes.try_reserve(more).map_err(|_| Error::OutOfMemory { bytes: more })
    }
}

async fn read_chunk(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>> {
    let broken = |thrown: JsValue| {
        let name = Reflect::get(&thrown, &"name".into()).ok().and_then(|name| name.as_string());
        match name.as_deref() {
            Some("AbortError") => Error::Aborted,
            _ => Error::Network(message_of(&thrown)),
        }
    };
    let step = JsFuture::from(reader.read()).await.map_err(broken)?;
    let value = Reflect::get(&step, &"value".into()).map_err(broken)?;
    if value.is_undefined() {
        return Ok(None);
    }
    value.dyn_into().map(Some).map_err(|_| Error::Network("its body holds no bytes".into()))
}

/// Writes bytes as lower-case digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
