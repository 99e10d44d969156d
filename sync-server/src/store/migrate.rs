//! The schema of the databases and its history: numbered scripts, the same for both.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection};

use super::database::{Database, Transaction, is_busy, sqlite};
use super::query::Query;
use super::{Result, StoreError};
use crate::hex::to_hex;
use crate::model::Clock;

/// Scripts in the order in which they were added; a script that was released never changes.
const MIGRATIONS: [(&str, &str); 3] = [
    ("0001_start", include_str!("../../migrations/0001_start.sql")),
    ("0002_sync", include_str!("../../migrations/0002_sync.sql")),
    ("0003_proposals", include_str!("../../migrations/0003_proposals.sql")),
];

/// Marks SQLite files of this program: "Here" in ASCII.
const APPLICATION_ID: i64 = 0x4865_7265;

/// Brings the schema to what this program knows; does nothing when it is so already.
pub(super) async fn migrate(database: &Database) -> Result<()> {
    let mut transaction = database.begin().await?;
    if let Transaction::Postgres(_) = transaction {
        transaction.run("SET LOCAL statement_timeout = 0".into()).await?;
    }
    let applied = applied_migrations(&mut transaction).await?;
    let known = MIGRATIONS.len();
    if applied > known {
        return Err(StoreError::Unusable(format!(
            "the database has schema {applied} and this program knows {known}: use the newer \
             program that it was used with before"
        )));
    }
    for (index, (name, script)) in MIGRATIONS.iter().enumerate().skip(applied) {
        let text = match transaction {
            Transaction::Sqlite(_) => (*script).to_owned(),
            // Texts are to be sorted by their bytes, whatever the language of the database.
            Transaction::Postgres(_) => {
                script.replace(" TEXT", " TEXT COLLATE \"C\"").replace(" BLOB", " BYTEA")
            }
        };
        transaction.run(text).await?;
        let number = i64::try_from(index).unwrap_or(i64::MAX).saturating_add(1);
        let row = Query::new("INSERT INTO migrations (number, name, at) VALUES ($1, $2, $3)")
            .bind(number)
            .bind(*name)
            .bind(Clock::system().now().0);
        transaction.execute(row).await?;
        if let Transaction::Sqlite(_) = transaction {
            transaction.run(format!("PRAGMA user_version = {number}")).await?;
        }
    }
    if applied == 0 {
        let row = Query::new(
            "INSERT INTO store (id, epoch, version, audit_seq, audit_hash) \
             VALUES (1, $1, 0, 0, '')",
        );
        transaction.execute(row.bind(new_epoch()?.as_str())).await?;
    }
    transaction.commit().await
}

/// Returns how many scripts the database has had, after making the table that counts them.
async fn applied_migrations(transaction: &mut Transaction) -> Result<usize> {
    let tables = match transaction {
        Transaction::Sqlite(_) => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
        }
        Transaction::Postgres(_) => {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
        }
    };
    let tables = transaction.fetch(Query::new(tables)).await?;
    let has = |name| tables.iter().any(|row| row.text(0).is_ok_and(|table| table == name));
    if !has("migrations") {
        if let Some(table) = tables.first() {
            return Err(StoreError::Unusable(format!(
                "the database belongs to another program, which made the table {}: give \
                 Hereabouts one of its own",
                table.text(0)?
            )));
        }
        let script = "CREATE TABLE migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, \
                      at BIGINT NOT NULL)";
        transaction.run(script.into()).await?;
        if let Transaction::Sqlite(_) = transaction {
            transaction.run(format!("PRAGMA application_id = {APPLICATION_ID}")).await?;
        }
    }
    let query = Query::new("SELECT COUNT(*) FROM migrations");
    let count = transaction.fetch_one(query).await?.integer(0)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Makes the schema in the only connection of a database in memory.
pub(super) async fn migrate_in_memory(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    let epoch = new_epoch().map_err(|error| sqlx::Error::Configuration(error.into()))?;
    for (_, script) in MIGRATIONS {
        sqlx::raw_sql(script).execute(&mut *connection).await?;
    }
    let row = format!("INSERT INTO store VALUES (1, '{epoch}', 0, 0, '')");
    sqlx::raw_sql(AssertSqlSafe(row)).execute(connection).await?;
    Ok(())
}

/// Looks at a SQLite file without changing it.
pub(super) async fn refuse_foreign_file(path: &Path) -> Result<()> {
    if std::fs::metadata(path).map_or(0, |metadata| metadata.len()) == 0 {
        return Ok(());
    }
    let foreign = || {
        let file = path.display();
        StoreError::Unusable(format!("{file} is not a database of Hereabouts: choose another file"))
    };
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = options.connect().await?;
    // One statement, so of one moment: another server may be making the schema.
    let query = "SELECT application_id, (SELECT COUNT(*) FROM sqlite_master) \
                 FROM pragma_application_id";
    let rows = sqlite::fetch(&mut connection, Query::new(query)).await;
    let rows = rows.map_err(|error| if is_busy(&error) { error } else { foreign() })?;
    match rows.first().map(|row| (row.integer(0), row.integer(1))) {
        Some((Ok(APPLICATION_ID), _) | (Ok(0), Ok(0))) => Ok(()),
        _ => Err(foreign()),
    }
}

/// Returns 16 random bytes in hexadecimal.
pub(super) fn new_epoch() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Database(error.into()))?;
    Ok(to_hex(&bytes))
}
