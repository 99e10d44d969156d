//! Backups of SQLite files, and the new line of history that starts with a restored one.

use std::fs;
use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};

use super::database::{Database, sqlite};
use super::query::Query;
use super::{Result, StoreError, apply, document, migrate, verify};
use crate::model::{App, AuditEntry, Clock};

/// Writes a copy of one moment into a new file, while others read and write.
pub(super) async fn back_up(database: &Database, file: &Path) -> Result<()> {
    let Database::Sqlite { writer, .. } = database else {
        return Err(StoreError::Unusable("use pg_dump to back up PostgreSQL".into()));
    };
    let unusable = |what| StoreError::Unusable(format!("{} {what}", file.display()));
    if !writer.connect_options().get_filename().is_file() {
        return Err(StoreError::Unusable("a store in memory has no backups".into()));
    }
    if file.exists() {
        return Err(unusable("exists already: choose another file"));
    }
    let name = file.to_str().ok_or_else(|| unusable("is no name in UTF-8"))?;
    let query = Query::new("VACUUM INTO $1").bind(name);
    // A connection of its own, so that nobody has to wait to write.
    let mut connection = (*writer.connect_options()).clone().connect().await?;
    sqlite::execute(&mut connection, query).await?;
    connection.close().await?;
    // The copy is complete only once it is on the disk.
    let synced = fs::File::open(file).and_then(|copy| copy.sync_all());
    synced.map_err(|error| StoreError::Database(error.into()))
}

/// Replaces everything by what is in a backup, in one transaction, and starts a new line of
/// history.
pub(super) async fn restore(database: &Database, file: &Path) -> Result<()> {
    let Database::Sqlite { writer, .. } = database else {
        return Err(StoreError::Unusable(
            "use pg_restore to restore PostgreSQL, then `sync-server restore` without a file"
                .into(),
        ));
    };
    if !file.is_file() {
        return Err(StoreError::Unusable(format!("{} is no file", file.display())));
    }
    let copy = CopiedFile::of(file, writer.connect_options().get_filename())?;
    let backup = Database::open_sqlite(&copy.0).await.map_err(|error| match error {
        // Nobody knows the copy.
        StoreError::Unusable(what) => {
            let (name, known) = (copy.0.display().to_string(), file.display().to_string());
            StoreError::Unusable(what.replace(&name, &known))
        }
        error => error,
    })?;
    let faults = verify::verify(&backup).await?;
    backup.close().await;
    if let Some(fault) = faults.first() {
        let text = format!("{} is damaged: {fault}; choose an older backup", file.display());
        return Err(StoreError::Unusable(text));
    }
    let mut connection = writer.acquire().await?;
    // Also after a failure, the connection must not be used again: it has another file attached.
    connection.close_on_drop();
    let name = copy.0.to_string_lossy();
    let attach = Query::new("ATTACH DATABASE $1 AS backup").bind(&*name);
    sqlite::execute(&mut connection, attach).await?;
    replace_all(&mut connection).await?;
    connection.close().await?;
    start_new_epoch(database).await
}

/// A copy of a backup, which is brought to the schema of this program; removed when dropped.
struct CopiedFile(PathBuf);

impl CopiedFile {
    fn of(file: &Path, database: &Path) -> Result<Self> {
        let copy = Self(database.with_added_extension("restoring"));
        fs::copy(file, &copy.0).map_err(|error| StoreError::Database(error.into()))?;
        Ok(copy)
    }
}

impl Drop for CopiedFile {
    fn drop(&mut self) {
        for extension in ["", "wal", "shm"] {
            let mut path = self.0.clone().into_os_string();
            if !extension.is_empty() {
                path.push("-");
                path.push(extension);
            }
            // A file that is not there needs no removing.
            let _ = fs::remove_file(path);
        }
    }
}

async fn replace_all(connection: &mut SqliteConnection) -> Result<()> {
    let query = "SELECT name FROM main.sqlite_master WHERE type = 'table' \
                 AND name NOT IN ('migrations', 'store') ORDER BY name";
    let tables = sqlite::fetch(connection, Query::new(query)).await?;
    // The references were checked in the backup; between the tables they are broken for a moment.
    let mut script = String::from("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE;");
    for table in &tables {
        let table = table.text(0)?;
        script.push_str(&format!(
            "DELETE FROM main.{table}; INSERT INTO main.{table} SELECT * FROM backup.{table};"
        ));
    }
    // Versions grow, whatever was restored: servers that run take it for a change.
    script.push_str(
        "UPDATE main.store SET version = MAX(version, (SELECT version FROM backup.store)) + 1, \
         audit_seq = (SELECT audit_seq FROM backup.store), \
         audit_hash = (SELECT audit_hash FROM backup.store); COMMIT;",
    );
    sqlx::raw_sql(AssertSqlSafe(script)).execute(connection).await?;
    Ok(())
}

/// Gives the database another epoch and notes that in the audit log.
pub(super) async fn start_new_epoch(database: &Database) -> Result<()> {
    let epoch = migrate::new_epoch()?;
    let mut transaction = database.begin().await?;
    let query = "SELECT doc FROM apps ORDER BY created_at, id";
    let apps = transaction.fetch(Query::new(query)).await?;
    let apps: Vec<App> =
        apps.iter().map(|row| document::read(row.text(0)?)).collect::<Result<_>>()?;
    let root = apps.into_iter().find(|app| app.parent_id.is_none());
    let entry = AuditEntry {
        seq: 0,
        at: Clock::system().now(),
        app_id: root.map(|app| app.id).unwrap_or_default(),
        actor_key_id: None,
        ip: None,
        action: "store.restore".into(),
        target: epoch.clone(),
        before_hash: String::new(),
        after_hash: String::new(),
        request_id: None,
        hash: String::new(),
    };
    let query = Query::new("UPDATE store SET epoch = $1").bind(epoch.as_str());
    transaction.execute(query).await?;
    let version = apply::count_change(&mut transaction, &[entry]).await?;
    transaction.tell(version).await?;
    transaction.commit().await
}
