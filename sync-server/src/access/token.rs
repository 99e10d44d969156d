//! Tokens: `pk_` and base64 of 28 bytes that only the server's secret gives for a key's id,
//! followed by their CRC-32, so that scanners for leaked tokens need no database.
//!
//! The store keeps the SHA-256 of a token. Tokens have 224 random bits, so a slow hash would not
//! make a leaked digest harder to turn back; it would only make every request slow.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::secret::Secret;
use crate::hex::{from_hex, to_hex};

const PREFIX: &str = "pk_";
/// Bytes of the token that are secret; four bytes of checksum follow.
const SECRET_BYTES: usize = 28;
/// Characters of a token that are kept to recognize it: at its start and at its end.
const SHOWN: (usize, usize) = (7, 4);
/// Longest token that is looked at; those of other systems may be imported.
pub const MAX_TOKEN_CHARS: usize = 200;

/// The credentials themselves: in requests and in answers to those who may see them, never in the
/// store or the log.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// SHA-256 of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// Computes the token of a key from its id.
    pub fn derive(secret: &Secret, key_id: &str) -> Self {
        let mut bytes = [0; SECRET_BYTES + 4];
        let (random, checksum) = bytes.split_at_mut(SECRET_BYTES);
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).expect("any length");
        // A key never gets a second token: rotation makes a new key with an id of its own.
        mac.update(b"pk1|");
        mac.update(key_id.as_bytes());
        let digest = mac.finalize().into_bytes();
        for (to, from) in random.iter_mut().zip(digest) {
            *to = from;
        }
        let mut crc = crc32fast::Hasher::new();
        crc.update(PREFIX.as_bytes());
        crc.update(random);
        checksum.copy_from_slice(&crc.finalize().to_be_bytes());
        Self(format!("{PREFIX}{}", STANDARD.encode(bytes)))
    }

    /// Takes a token as it was sent; `None` when no token can look like this.
    pub fn sent(text: &str) -> Option<Self> {
        let plausible = (1..=MAX_TOKEN_CHARS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        plausible.then(|| Self(text.to_owned()))
    }

    /// Returns the hash that the store knows.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// Returns the token for an answer.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the first and last characters, by which people recognize a token.
    pub fn shown_parts(&self) -> (String, String) {
        let (start, end) = SHOWN;
        if self.0.len() < 4 * (start + end) {
            // So short a token would be half told.
            return (self.0.chars().take(3).collect(), String::new());
        }
        let end = self.0.len() - end;
        (self.0.chars().take(start).collect(), self.0.chars().skip(end).collect())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

impl TokenHash {
    /// Returns the hash in hexadecimal, as the store has it.
    pub fn to_hex(self) -> String {
        to_hex(&self.0)
    }

    /// Reads a hash as the store has it.
    pub fn of_hex(text: &str) -> Option<Self> {
        from_hex(text).map(Self)
    }

    /// Whether this is the stored hash; takes the same time whatever differs.
    pub fn is(self, stored: &str) -> bool {
        self.to_hex().as_bytes().ct_eq(stored.as_bytes()).into()
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(id: &str) -> Token {
        Token::derive(&Secret::from_bytes([7; 32]), id)
    }

    #[test]
    fn tokens_have_the_shape_of_placekits_and_their_checksum_at_the_end() {
        let token = token("ckofe4bqw000101mfbuzl0c87");
        let text = token.reveal();
        assert_eq!(text.len(), 47);
        let bytes = STANDARD.decode(text.strip_prefix("pk_").unwrap()).unwrap();
        let (random, checksum) = bytes.split_at(28);
        let checked = [b"pk_".as_slice(), random].concat();
        assert_eq!(checksum, crc32fast::hash(&checked).to_be_bytes());
    }

    #[test]
    fn a_token_depends_on_the_secret_and_the_id_alone() {
        assert_eq!(token("a"), token("a"));
        assert_ne!(token("a"), token("b"));
        assert_ne!(token("a"), Token::derive(&Secret::from_bytes([8; 32]), "a"));
    }

    #[test]
    fn only_the_right_hash_is_accepted() {
        let hash = token("a").hash();
        assert!(hash.is(&hash.to_hex()));
        assert_eq!(hash.to_hex().len(), 64);
        for wrong in ["", &token("b").hash().to_hex(), hash.to_hex().split_at(63).0] {
            assert!(!hash.is(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn whatever_cannot_be_a_token_is_not_looked_up() {
        for wrong in ["", "a b", "a\n", "é", &"x".repeat(201)] {
            assert_eq!(Token::sent(wrong), None, "{wrong:?}");
        }
        assert!(Token::sent("undefined").is_some());
        assert!(Token::sent(&"x".repeat(200)).is_some());
    }

    #[test]
    fn tokens_are_not_in_debug_output_and_only_their_ends_are_kept() {
        let token = token("a");
        assert_eq!(format!("{token:?} {:?}", token.hash()), "Token(hidden) TokenHash(hidden)");
        let (start, end) = token.shown_parts();
        assert!(start.len() == 7 && end.len() == 4);
        assert!(token.reveal().starts_with(&start) && token.reveal().ends_with(&end));
        assert_eq!(Token::sent("short-one").unwrap().shown_parts(), ("sho".into(), String::new()));
    }
}
