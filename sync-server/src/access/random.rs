//! Random bytes and the ids made of them.

use super::secret::SecretError;

/// Returns bytes from the system's source of randomness.
///
/// # Errors
/// Fails when the system has none.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| SecretError::NoRandomness(error.to_string()))?;
    Ok(bytes)
}

/// Makes the id of a key: 25 lower-case letters and digits that start with `c`, like PlaceKit's.
///
/// # Errors
/// Fails when the system gives no random bytes.
pub fn new_key_id() -> Result<String, SecretError> {
    Ok(format!("c{}", pick::<24>(b"0123456789abcdefghijklmnopqrstuvwxyz")?))
}

/// Makes the id of an app: ten upper-case letters, like PlaceKit's.
///
/// # Errors
/// Fails when the system gives no random bytes.
pub fn new_app_id() -> Result<String, SecretError> {
    pick::<10>(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

fn pick<const N: usize>(letters: &[u8]) -> Result<String, SecretError> {
    let mut text = String::with_capacity(N);
    while text.len() < N {
        let [byte] = random_bytes()?;
        // Bytes beyond the last multiple would make some letters more likely than others.
        if usize::from(byte) < 256 / letters.len() * letters.len()
            && let Some(letter) = letters.get(usize::from(byte) % letters.len())
        {
            text.push(char::from(*letter));
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_placekits_shapes_and_do_not_repeat() {
        let key = new_key_id().unwrap();
        assert!(key.starts_with('c') && key.len() == 25);
        assert!(key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        let app = new_app_id().unwrap();
        assert!(app.len() == 10 && app.bytes().all(|byte| byte.is_ascii_uppercase()));
        assert_ne!(key, new_key_id().unwrap());
        assert_ne!(app, new_app_id().unwrap());
    }
}
