//! The two databases: connections, transactions and how each takes values and gives rows.

use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Row as _, Sqlite, TypeInfo, ValueRef};
use tokio::time::sleep;

use super::query::{Query, Row, Value};
use super::{Result, StoreError, listener, migrate};

/// Connections that read a SQLite file at the same time.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL of one server.
const POSTGRES_CONNECTIONS: u32 = 10;
/// Longest wait for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Time between attempts to open a SQLite file that another server is making.
const BUSY_PAUSE: Duration = Duration::from_millis(20);
/// Code of SQLite for a file that another has locked; further bits say by what.
/// Source: <https://www.sqlite.org/rescode.html#busy>.
const SQLITE_BUSY: u32 = 5;
/// Names the advisory lock that writers and migrations on one PostgreSQL take: "here" in ASCII.
pub(super) const POSTGRES_LOCK: i64 = 0x6865_7265;

/// An open database.
#[derive(Debug, Clone)]
pub(super) enum Database {
    Sqlite { readers: SqlitePool, writer: SqlitePool },
    Postgres(PgPool),
}

/// A transaction that writes; there is one at a time. Undone when dropped.
#[derive(Debug)]
pub(super) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

impl Database {
    /// Makes an empty database in memory, at first use.
    pub(super) fn in_memory() -> Self {
        // The database is that of its only connection and ends with it.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(|connection, _| Box::pin(migrate::migrate_in_memory(connection)))
            .connect_lazy_with(sqlite_options().in_memory(true));
        Self::Sqlite { readers: pool.clone(), writer: pool }
    }

    pub(super) async fn open_sqlite(path: &Path) -> Result<Self> {
        let deadline = Instant::now() + ACQUIRE_TIMEOUT;
        loop {
            match Self::open_sqlite_now(path).await {
                // SQLite itself waits for others, save where the journal of a new file is set.
                Err(error) if is_busy(&error) && Instant::now() < deadline => {
                    sleep(BUSY_PAUSE).await;
                }
                opened => return opened,
            }
        }
    }

    async fn open_sqlite_now(path: &Path) -> Result<Self> {
        migrate::refuse_foreign_file(path).await?;
        let options = sqlite_options()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // The last answers before a loss of power have to be kept, not only the database.
            .synchronous(SqliteSynchronous::Full)
            .pragma("journal_size_limit", "67108864");
        let pool = SqlitePoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).max_lifetime(None);
        let writer = pool.clone().max_connections(1).connect_with(options.clone()).await?;
        let database = Self::Sqlite {
            readers: pool
                .max_connections(SQLITE_READERS)
                .connect_lazy_with(options.pragma("query_only", "ON")),
            writer,
        };
        migrate::migrate(&database).await?;
        Ok(database)
    }

    pub(super) async fn open_postgres(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| StoreError::Unusable(format!("the database URL is no URL: {error}")))?
            .application_name("hereabouts")
            .options([("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "30s")]);
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options)
            .await?;
        let database = Self::Postgres(pool);
        migrate::migrate(&database).await?;
        Ok(database)
    }

    /// Reads, in one statement and so of one moment.
    pub(super) async fn fetch(&self, query: Query) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite { readers, .. } => {
                sqlite::fetch(&mut *readers.acquire().await?, query).await
            }
            Self::Postgres(pool) => postgres::fetch(&mut *pool.acquire().await?, query).await,
        }
    }

    /// Writes with one statement, beside the transactions.
    pub(super) async fn execute(&self, query: Query) -> Result<u64> {
        match self {
            Self::Sqlite { writer, .. } => {
                sqlite::execute(&mut *writer.acquire().await?, query).await
            }
            Self::Postgres(pool) => postgres::execute(&mut *pool.acquire().await?, query).await,
        }
    }

    /// Starts a transaction once all others have ended.
    pub(super) async fn begin(&self) -> Result<Transaction> {
        let mut transaction = match self {
            Self::Sqlite { writer, .. } => {
                Transaction::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Self::Postgres(pool) => Transaction::Postgres(pool.begin().await?),
        };
        if matches!(self, Self::Postgres(_)) {
            let lock = Query::new("SELECT pg_advisory_xact_lock($1)").bind(POSTGRES_LOCK);
            transaction.execute(lock).await?;
        }
        Ok(transaction)
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    pub(super) async fn fetch(&mut self, query: Query) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(transaction) => sqlite::fetch(transaction, query).await,
            Self::Postgres(transaction) => postgres::fetch(transaction, query).await,
        }
    }

    /// Returns the only row of an answer.
    pub(super) async fn fetch_one(&mut self, query: Query) -> Result<Row> {
        let missing = || StoreError::Database("an answer has no row".into());
        self.fetch(query).await?.pop().ok_or_else(missing)
    }

    /// Returns the number of rows written.
    pub(super) async fn execute(&mut self, query: Query) -> Result<u64> {
        match self {
            Self::Sqlite(transaction) => sqlite::execute(transaction, query).await,
            Self::Postgres(transaction) => postgres::execute(transaction, query).await,
        }
    }

    /// Runs the statements of a script.
    pub(super) async fn run(&mut self, script: String) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => {
                sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut **transaction).await?;
            }
            Self::Postgres(transaction) => {
                sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut **transaction).await?;
            }
        }
        Ok(())
    }

    /// Tells other servers the new version, when the transaction is committed.
    pub(super) async fn tell(&mut self, version: i64) -> Result<()> {
        if let Self::Postgres(_) = self {
            let notify = Query::new("SELECT pg_notify($1, $2)").bind(listener::CHANNEL);
            self.execute(notify.bind(version.to_string().as_str())).await?;
        }
        Ok(())
    }

    pub(super) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

/// Tells whether another connection kept this one from what it was to do.
pub(super) fn is_busy(error: &StoreError) -> bool {
    let StoreError::Database(source) = error else { return false };
    let Some(sqlx::Error::Database(error)) = source.downcast_ref() else { return false };
    let code = error.code().and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == SQLITE_BUSY)
}

fn sqlite_options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("trusted_schema", "OFF")
}

/// The same functions for a database: its library has no way to write them for any.
macro_rules! dialect {
    ($name:ident, $connection:ty, $read:path) => {
        pub(super) mod $name {
            use sqlx::{AssertSqlSafe, query};

            use super::super::Result;
            use super::super::query::{Query, Row, Value};

            pub(in super::super) async fn fetch(
                connection: &mut $connection,
                Query { sql, values }: Query,
            ) -> Result<Vec<Row>> {
                let mut query = query(AssertSqlSafe(sql));
                for value in values {
                    query = match value {
                        Value::Integer(value) => query.bind(value),
                        Value::Real(value) => query.bind(value),
                        Value::Text(value) => query.bind(value),
                        Value::Bytes(value) => query.bind(value),
                    };
                }
                query.fetch_all(connection).await?.iter().map($read).collect()
            }

            pub(in super::super) async fn execute(
                connection: &mut $connection,
                Query { sql, values }: Query,
            ) -> Result<u64> {
                let mut query = query(AssertSqlSafe(sql));
                for value in values {
                    query = match value {
                        Value::Integer(value) => query.bind(value),
                        Value::Real(value) => query.bind(value),
                        Value::Text(value) => query.bind(value),
                        Value::Bytes(value) => query.bind(value),
                    };
                }
                Ok(query.execute(connection).await?.rows_affected())
            }
        }
    };
}

dialect!(sqlite, sqlx::SqliteConnection, super::read_sqlite);
dialect!(postgres, sqlx::PgConnection, super::read_postgres);

fn read_sqlite(row: &SqliteRow) -> Result<Row> {
    let read = |column| {
        let raw = row.try_get_raw(column)?;
        Ok(match raw.type_info().name() {
            "INTEGER" => Value::Integer(row.try_get(column)?),
            "REAL" => Value::Real(row.try_get(column)?),
            "BLOB" => Value::Bytes(row.try_get(column)?),
            _ => Value::Text(row.try_get(column)?),
        })
    };
    (0..row.len()).map(read).collect::<Result<_>>().map(Row)
}

fn read_postgres(row: &PgRow) -> Result<Row> {
    let read = |column| {
        let raw = row.try_get_raw(column)?;
        Ok(match raw.type_info().name() {
            "INT8" => Value::Integer(row.try_get(column)?),
            "FLOAT8" => Value::Real(row.try_get(column)?),
            "BYTEA" => Value::Bytes(row.try_get(column)?),
            _ => Value::Text(row.try_get(column)?),
        })
    };
    (0..row.len()).map(read).collect::<Result<_>>().map(Row)
}
