//! A private PostgreSQL, started from the installed programs: one a test process, with a database
//! for every test. It ends with the process, however that ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// The user and group `nobody` of Debian: PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;

struct Postgres {
    dir: PathBuf,
    databases: AtomicUsize,
    /// The server ends when this is closed.
    _lifeline: ChildStdin,
}

static POSTGRES: OnceLock<Postgres> = OnceLock::new();

/// Makes an empty database and returns its URL.
pub(crate) async fn new_database() -> String {
    // Starting takes a second, in which the other tests of this thread have to wait anyway.
    let postgres = POSTGRES.get_or_init(start);
    let name = format!("test_{}", postgres.databases.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&postgres.url("postgres")).await.unwrap();
    let create = format!("CREATE DATABASE {name}");
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    postgres.url(&name)
}

impl Postgres {
    fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=hereabouts", self.dir.display())
    }
}

/// Finds a program of PostgreSQL on the path or where Debian installs it.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|dir| dir.join(name));
    let mut versions: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path().join("bin").join(name))
        .collect();
    versions.sort();
    on_path.chain(versions.into_iter().rev()).find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("`{name}` is missing: install PostgreSQL, on Debian `apt-get install postgresql`")
    })
}

fn start() -> Postgres {
    let dir = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").unwrap().keep();
    let is_root = fs::metadata(&dir).unwrap().uid() == 0;
    if is_root {
        chown(&dir, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let as_user = |program: &Path| {
        let mut command = Command::new(program);
        command.current_dir(&dir).env("LC_ALL", "C.UTF-8");
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    let data = dir.join("data");
    let made = as_user(&program("initdb"))
        .args(["--auth=trust", "--username=hereabouts", "--encoding=UTF8", "--no-sync", "-D"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // The shell sees its input end when this process ends, even by a signal.
    let script = r#""$@" & read -r _; kill -INT $!; wait $!; rm -rf "$0""#;
    let mut shell = as_user(Path::new("/bin/sh"))
        .args(["-c", script])
        .arg(&dir)
        .arg(program("postgres"))
        .arg("-D")
        .arg(&data)
        .arg("-k")
        .arg(&dir)
        .args(["-h", "", "-c", "fsync=off", "-c", "max_connections=300"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(shell.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut seen = String::new();
    let is_ready = |line: &String| line.contains("ready to accept connections");
    let ready = lines.by_ref().inspect(|line| seen.push_str(line)).any(|line| is_ready(&line));
    assert!(ready, "postgres ended: {seen}");
    let lifeline = shell.stdin.take().unwrap();
    // Somebody has to read on, or the server waits for room in the pipe.
    std::thread::spawn(move || {
        lines.for_each(drop);
        shell.wait()
    });
    Postgres { dir, databases: AtomicUsize::new(0), _lifeline: lifeline }
}
