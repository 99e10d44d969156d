//! TLS for the port of the server, where no proxy in front of it does that.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Options of TLS.
#[derive(Debug, Clone, Default, Args)]
pub struct TlsConfig {
    /// Certificates in PEM, that of the server first; with it the port speaks HTTPS only
    #[arg(long, env = "HEREABOUTS_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate in PEM
    #[arg(long, env = "HEREABOUTS_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// One of the two is missing.
    #[error("--tls-cert and --tls-key need one another")]
    Incomplete,
    /// A file cannot be read or holds something else.
    #[error("{} is not usable as {option}: it must be in PEM", path.display())]
    Unusable {
        /// The option.
        option: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// The two do not belong together, or are of a kind that is not supported.
    #[error("--tls-cert and --tls-key cannot be used together")]
    Mismatch(#[from] rustls::Error),
}

impl TlsConfig {
    /// Reads the files; `None` when none are named.
    ///
    /// # Errors
    /// Fails when the files are not usable.
    pub fn load(&self) -> Result<Option<ServerConfig>, TlsError> {
        let (cert, key) = match (&self.tls_cert, &self.tls_key) {
            (Some(cert), Some(key)) => (cert, key),
            (None, None) => return Ok(None),
            _ => return Err(TlsError::Incomplete),
        };
        let unusable = |option, path: &Path, source| TlsError::Unusable {
            option,
            path: path.to_owned(),
            source,
        };
        let of_cert = |source| unusable("--tls-cert", cert, source);
        let chain = CertificateDer::pem_file_iter(cert)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(of_cert)?;
        if chain.is_empty() {
            return Err(of_cert(rustls_pki_types::pem::Error::NoItemsFound));
        }
        let key = PrivateKeyDer::from_pem_file(key)
            .map_err(|source| unusable("--tls-key", key, source))?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Some(config))
    }
}
