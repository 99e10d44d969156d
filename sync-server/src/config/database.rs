//! Where the database is.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use crate::store::{Result, SqlStore, StoreError};

/// File of the database in the data directory.
const DATABASE_FILE: &str = "hereabouts.db";

/// Options of commands that work on the database alone.
#[derive(Debug, Clone, Args)]
pub struct DatabaseConfig {
    /// Directory with the database hereabouts.db
    #[arg(long, env = "HEREABOUTS_DATA_DIR", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where apps, keys and patches are kept: sqlite:FILE or postgres://USER@HOST/NAME
    #[arg(long, env = "HEREABOUTS_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<DatabaseUrl>,
}

impl DatabaseConfig {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    /// Fails when the database cannot be used.
    pub async fn open(&self) -> Result<SqlStore> {
        let missing = || StoreError::Unusable("name it: --data DIR or --database-url URL".into());
        match (&self.database_url, &self.data) {
            (None, None) => Err(missing()),
            (url, data) => open(url.as_ref(), data.as_deref().unwrap_or(Path::new("."))).await,
        }
    }
}

/// Opens the database of a URL, else that of the data directory.
///
/// # Errors
/// Fails when the database cannot be used.
pub async fn open(url: Option<&DatabaseUrl>, data: &Path) -> Result<SqlStore> {
    match url {
        Some(url) => {
            url.check()?;
            SqlStore::open(&url.0).await
        }
        None => SqlStore::open_sqlite(&data.join(DATABASE_FILE)).await,
    }
}

/// URL of a database; it may hold a password and is shown without.
#[derive(Clone)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Says whether it is a URL of a database; the answer does not repeat it.
    ///
    /// # Errors
    /// Refuses all but `sqlite:FILE` and `postgres://…`.
    pub fn check(&self) -> Result<()> {
        SqlStore::check_url(&self.0)
            .map_err(|error| StoreError::Unusable(format!("--database-url: {error}")))
    }
}

impl FromStr for DatabaseUrl {
    type Err = Infallible;

    /// Takes any text: what the command line refuses it repeats, and with it the password.
    fn from_str(text: &str) -> std::result::Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, _) = self.0.split_once(':').unwrap_or_default();
        write!(f, "{scheme}:(hidden)")
    }
}
