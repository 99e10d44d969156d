//! Signatures of manifests and heads: raw ed25519 over the bytes of the body (RFC 8032), as
//! `crypto.subtle.verify("Ed25519", …)` checks them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::DecodePrivateKey;
use ed25519_dalek::{Signer as _, SigningKey};

use crate::hex::from_hex;

/// Header with the base64 of the signature.
pub const SIGNATURE: HeaderName = HeaderName::from_static("hereabouts-signature");

/// Largest file that is read, in bytes: keys are far smaller.
const LIMIT_BYTES: u64 = 64 * 1024;

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}; make one with `openssl genpkey -algorithm ed25519`", path.display())]
pub struct SigningKeyError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub what: String,
}

/// Signs bodies.
pub struct Signer(SigningKey);

impl Signer {
    /// Reads a key from a file.
    ///
    /// # Errors
    /// Fails when there is none in it.
    pub fn load(path: &Path) -> Result<Self, SigningKeyError> {
        let unusable = |what: String| SigningKeyError { path: path.into(), what };
        read_small(path)
            .map_err(|error| unusable(error.to_string()))
            .and_then(|text| Self::from_text(&text).map_err(unusable))
    }

    /// Reads a key: 64 hexadecimal digits, or PKCS#8 in PEM.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn from_text(text: &str) -> Result<Self, String> {
        if text.contains("-----BEGIN") {
            return SigningKey::from_pkcs8_pem(text.trim())
                .map(Self)
                .map_err(|error| format!("this is not an ed25519 key as PKCS#8 in PEM: {error}"));
        }
        let seed = from_hex(text.trim()).ok_or("this is neither PEM nor 64 hexadecimal digits")?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// Returns the key that clients check signatures with: the base64 of its 32 bytes.
    pub fn public_key(&self) -> String {
        STANDARD.encode(self.0.verifying_key().as_bytes())
    }

    /// Returns the base64 of the signature of a body.
    pub fn sign(&self, body: &[u8]) -> String {
        STANDARD.encode(self.0.sign(body).to_bytes())
    }

    /// Adds the signature of the whole body to an answer, of which 304 and 206 show less.
    pub fn add_to(&self, response: &mut HttpResponse, body: &[u8]) {
        if let Ok(value) = HeaderValue::from_str(&self.sign(body)) {
            response.headers_mut().insert(SIGNATURE, value);
        }
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Signer").field(&self.public_key()).finish()
    }
}

fn read_small(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > LIMIT_BYTES {
        return Err(io::Error::other("the file is too large for a key"));
    }
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test 2 of RFC 8032, section 7.1.
    const SEED: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    const PUBLIC: &str = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
    const SIGNATURE_OF_72: &str =
        "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA==";

    #[test]
    fn signatures_are_those_of_the_standard() {
        let signer = Signer::from_text(&format!(" {SEED}\n")).unwrap();
        assert_eq!(signer.public_key(), PUBLIC);
        assert_eq!(signer.sign(&[0x72]), SIGNATURE_OF_72);
    }

    #[test]
    fn a_key_in_pem_is_the_same_as_its_digits() {
        // As `openssl genpkey -algorithm ed25519` writes it, with the seed of above.
        let der = [
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22,
            0x04, 0x20,
        ];
        let der = [&der[..], &from_hex(SEED).unwrap()].concat();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der)
        );
        assert_eq!(Signer::from_text(&pem).unwrap().public_key(), PUBLIC);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "abc", &"g".repeat(64), &"é".repeat(32), "-----BEGIN PRIVATE KEY-----"] {
            assert!(Signer::from_text(text).is_err(), "{text}");
        }
    }
}
