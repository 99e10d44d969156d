//! Starts the built program on a free port and ends it with the test.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::time::Instant;

use serde_json::Value;
use sync_server::access::KEY_HEADER;

use crate::fixture::{DEADLINE, TOKEN};
use crate::sockets::read_answer;

/// A running server.
pub(crate) struct ServerProcess {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl ServerProcess {
    /// Starts the server over a data directory and waits until it listens.
    pub(crate) fn start(data: &Path, more: &[&str]) -> Self {
        Self::start_command(&mut command(data, more))
    }

    /// Starts the server as it first starts, without a key in its environment.
    pub(crate) fn start_without_key(data: &Path, more: &[&str]) -> Self {
        let mut command = command(data, more);
        command.env_remove("HEREABOUTS_BOOTSTRAP_KEY");
        Self::start_command(&mut command)
    }

    /// Starts the server with every log line in a file, whose path is returned.
    pub(crate) fn start_with_log(data: &Path) -> (Self, PathBuf) {
        let path = data.join("log.txt");
        let mut command = command(data, &[]);
        command.env("RUST_LOG", "trace").stderr(File::create(&path).unwrap());
        (Self::start_command(&mut command), path)
    }

    /// Starts the server by a command of the test's own.
    pub(crate) fn start_command(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (_, address) =
            line.trim_end().split_once("://").unwrap_or_else(|| panic!("no address in {line:?}"));
        Self { address: address.parse().unwrap(), child }
    }

    /// Ends the process as a loss of power ends it: without a word.
    #[cfg(unix)]
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Takes what the process writes to standard error, when its command pipes that.
    pub(crate) fn take_stderr(&mut self) -> ChildStderr {
        self.child.stderr.take().unwrap()
    }

    /// Opens a connection whose reads end at the deadline.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// Sends bytes on a new connection and reads until the server closes it.
    pub(crate) fn exchange(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        read_to_close(&mut stream)
    }

    /// Sends a request with the first key; returns the head in lower case, and the body.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (String, Vec<u8>) {
        let mut stream = self.connect();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: x\r\n{KEY_HEADER}: {TOKEN}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        read_answer(&mut stream, true)
    }

    /// Gets what must be there.
    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        self.ask_well("GET", path, "")
    }

    /// Gets JSON that must be there.
    pub(crate) fn get_json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.get(path)).unwrap()
    }

    /// Posts what must be answered well.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        serde_json::from_slice(&self.ask_well("POST", path, &body.to_string())).unwrap()
    }

    fn ask_well(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let (head, answer) = self.ask(method, path, body);
        assert!(head.starts_with("http/1.1 200 "), "{head} {}", String::from_utf8_lossy(&answer));
        answer
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Asks the process to end by a signal.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for the process to end by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        poll_until("the process to end", || self.child.try_wait().unwrap())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Both fail when the process has ended already, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the server where it is expected not to start.
pub(crate) fn output_of_failed_start(data: &Path, more: &[&str]) -> Output {
    let output = command(data, more).stderr(Stdio::piped()).output().unwrap();
    assert!(!output.status.success());
    output
}

/// Returns the command that serves a data directory on a free port.
pub(crate) fn command(data: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command
        .args(["serve", "--data"])
        .arg(data)
        .args(more)
        .env("HEREABOUTS_LISTEN", "127.0.0.1:0")
        .env("HEREABOUTS_BOOTSTRAP_KEY", TOKEN)
        .env("HEREABOUTS_RATE_LIMIT", "1000000/1")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Reads until the peer closes the connection; closing it hard counts as well.
pub(crate) fn read_to_close(stream: &mut TcpStream) -> String {
    let (mut all, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => all.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&all)),
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Asks again until there is an answer or the deadline has passed.
pub(crate) fn poll_until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < DEADLINE, "waited too long for {what}");
        std::thread::yield_now();
    }
}
