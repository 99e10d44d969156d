//! Manifests and blobs in a bucket of Amazon S3 or of a server that speaks its protocol.
//!
//! Where the bucket is and how to get in is in the usual variables of the environment:
//! `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, and for other servers than Amazon's
//! `AWS_ENDPOINT` (with `AWS_ALLOW_HTTP=true` when it has no TLS).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::stream::{self, StreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{ClientOptions, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt};
use tokio::runtime::{Builder, Handle};

use super::ManifestStamp;
use crate::stored_file::Pieces;

/// Longest wait for a whole answer of the bucket, the reading of large blobs included.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(300);
/// Longest wait for a connection to the bucket.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A place in a bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    url: String,
    /// Lengths of blobs by their names, from lists of the bucket: asking for each of thousands of
    /// chunks would take minutes.
    lengths: Arc<Mutex<HashMap<String, u64>>>,
    /// Runs what asks the bucket for threads that wait.
    runtime: Handle,
}

/// An object of known length in a bucket.
#[derive(Debug)]
pub struct StoredObject {
    objects: Arc<dyn ObjectStore>,
    path: Path,
    /// Its length.
    pub length_bytes: u64,
}

impl Bucket {
    /// Names a place as `s3://BUCKET/PREFIX`; nothing is asked yet.
    ///
    /// # Errors
    /// Fails when the URL is none of a bucket or the environment lacks what is needed.
    pub fn open(url: &str) -> io::Result<Self> {
        let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
        let rest = url.strip_prefix("s3://").ok_or_else(|| invalid("must start with s3://"))?;
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        // The library for HTTP takes the provider of the process; there may be one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options =
            ClientOptions::new().with_timeout(ANSWER_TIMEOUT).with_connect_timeout(CONNECT_TIMEOUT);
        let options = match std::env::var("AWS_ALLOW_HTTP") {
            Ok(allow) => options.with_allow_http(allow == "true"),
            Err(_) => options,
        };
        let objects = AmazonS3Builder::from_env()
            .with_client_options(options)
            .with_bucket_name(name)
            .build()?;
        Ok(Self {
            objects: Arc::new(objects),
            prefix: Path::from(prefix),
            url: url.trim_end_matches('/').to_owned(),
            lengths: Arc::default(),
            runtime: start_runtime()?,
        })
    }

    /// Returns the URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn manifest(&self) -> Path {
        self.prefix.clone().join("manifest.json")
    }

    fn blob(&self, name: &str) -> Path {
        self.prefix.clone().join("blobs").join(name)
    }

    pub(super) fn read_manifest(&self) -> io::Result<Vec<u8>> {
        self.read(self.manifest())
    }

    pub(super) fn manifest_stamp(&self) -> io::Result<ManifestStamp> {
        let meta =
            self.wait_for(|bucket| async move { bucket.objects.head(&bucket.manifest()).await })?;
        let mut hasher = DefaultHasher::new();
        meta.e_tag.hash(&mut hasher);
        Ok(ManifestStamp {
            modified: Some(meta.last_modified.into()),
            length_bytes: meta.size,
            file: hasher.finish(),
        })
    }

    pub(super) fn read_blob(&self, name: &str) -> io::Result<Vec<u8>> {
        self.read(self.blob(name))
    }

    pub(super) fn length_bytes(&self, name: &str) -> io::Result<u64> {
        if let Some(length_bytes) = self.known_length(name) {
            return Ok(length_bytes);
        }
        let list = self.wait_for(|bucket| async move {
            let blobs = bucket.prefix.clone().join("blobs");
            bucket.objects.list(Some(&blobs)).try_collect::<Vec<ObjectMeta>>().await
        })?;
        let plain = list.into_iter().filter_map(|meta| {
            let name = meta.location.filename()?;
            (!name.contains('.')).then(|| (name.to_owned(), meta.size))
        });
        *self.lengths.lock().unwrap_or_else(PoisonError::into_inner) = plain.collect();
        self.known_length(name).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn known_length(&self, name: &str) -> Option<u64> {
        self.lengths.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    fn read(&self, path: Path) -> io::Result<Vec<u8>> {
        let bytes =
            self.wait_for(|bucket| async move { bucket.objects.get(&path).await?.bytes().await })?;
        Ok(bytes.into())
    }

    /// Waits for the bucket, in whatever thread.
    fn wait_for<T: Send + 'static, F>(&self, ask: impl FnOnce(Self) -> F) -> io::Result<T>
    where
        F: Future<Output = object_store::Result<T>> + Send + 'static,
    {
        let (sender, receiver) = channel();
        let asked = ask(self.clone());
        // Nobody waits any more for an answer that cannot be sent.
        self.runtime.spawn(async move { drop(sender.send(asked.await)) });
        Ok(receiver.recv().map_err(io::Error::other)??)
    }

    /// Finds a variant of a blob; `None` when there is none.
    pub(super) async fn find(&self, name: &str) -> io::Result<Option<StoredObject>> {
        let path = self.blob(name);
        match self.objects.head(&path).await {
            Ok(ObjectMeta { size, .. }) => {
                let objects = Arc::clone(&self.objects);
                Ok(Some(StoredObject { objects, path, length_bytes: size }))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Starts a thread that asks the bucket for those who wait: the runtime of the server stands still
/// while it waits itself.
fn start_runtime() -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    std::thread::Builder::new()
        .name("bucket".into())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(handle)
}

impl StoredObject {
    /// Reads all of it.
    ///
    /// # Errors
    /// Fails when the bucket does.
    pub async fn read(&self) -> io::Result<Bytes> {
        Ok(self.objects.get(&self.path).await?.bytes().await?)
    }

    /// Streams `length_bytes` bytes from `start` on; both must lie within the object.
    pub fn pieces(self, start: u64, length_bytes: u64) -> Pieces {
        if length_bytes == 0 {
            return stream::empty().boxed_local();
        }
        let range = GetRange::Bounded(start..start.saturating_add(length_bytes));
        let options = GetOptions { range: Some(range), ..GetOptions::default() };
        stream::once(async move {
            let result = self.objects.get_opts(&self.path, options).await?;
            Ok::<_, io::Error>(result.into_stream().map_err(io::Error::from))
        })
        .try_flatten()
        .boxed_local()
    }
}
