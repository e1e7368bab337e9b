//! The real binary, as its own process: started, asked over HTTP, and ended.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex, OnceLock, PoisonError, mpsc},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    answer::Answer,
    house::{Database, House, Place},
};

/// Points that no test spends by accident.
pub const PLENTY: u32 = 1_000_000_000;

/// How long a service may take to listen, and a process to end.
const PATIENCE: Duration = Duration::from_secs(300);

/// Whether what is missing on this machine must be there: a build machine has everything.
#[must_use]
pub fn must_have() -> bool {
    std::env::var("CI").is_ok_and(|ci| ci == "true")
}

/// Says in plain words what is not tried here, and why; fails where it must be.
pub fn skip(what: &str, why: &str) {
    assert!(!must_have(), "{what} could not be tried: {why}");
    // Straight to the terminal: what passing tests print is not shown.
    let _ = writeln!(io::stderr(), "\n{what} is not tried here: {why}.\n");
}

/// The binary of this build, or the one that `TESTED_BINARY` names; nothing where it is missing
/// and cannot be built.
pub fn binary() -> Option<&'static Path> {
    static BINARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = BINARY.get_or_init(|| {
        // A build machine has that of a release, which is what people run.
        if let Some(named) = std::env::var_os("TESTED_BINARY") {
            let named = PathBuf::from(named);
            assert!(named.exists(), "TESTED_BINARY: there is no {}", named.display());
            return Some(named);
        }
        // …/target/debug/deps/it-0123
        let test = std::env::current_exe().ok()?;
        let folder = test.parent()?.parent()?;
        let binary = folder.join("vinculo");
        if let Some(cargo) = std::env::var_os("CARGO") {
            // Built already where all tests are; as it is built there, or everything below it would be
            // built again with other features.
            let mut build = Command::new(cargo);
            build.args(["test", "--quiet", "--workspace", "--no-run", "--test", "binary"]);
            build.arg("--target-dir").arg(folder.parent()?);
            if folder.ends_with("release") {
                build.arg("--release");
            }
            let built = build.output().expect("cargo");
            assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        }
        let missing = format!("{} is missing; `cargo test --workspace` makes it", binary.display());
        if binary.exists() {
            return Some(binary);
        }
        skip("The binary", &missing);
        None
    });
    found.as_deref()
}

/// A folder and, for PostgreSQL, a database: what a run of the binary works on.
#[derive(Debug)]
pub struct Site {
    /// The data folder.
    pub folder: PathBuf,
    /// The address of the database; the embedded one is in the folder.
    pub url: String,
    place: Option<Place>,
    /// Where its database is, if that is not where all others are.
    apart: Option<House>,
}

impl Site {
    /// An empty one. Nothing where the binary or this kind of database cannot be had.
    pub fn new(database: Database) -> Option<Self> {
        Self::of(House::get(), database)
    }

    /// One on a server of its own, which [falls](Self::fall) and [comes back](Self::recover), and
    /// which keeps what it has acknowledged.
    pub fn apart() -> Option<Self> {
        let house = House::apart()?;
        let mut site = Self::of(&house, Database::Postgres)?;
        house.set(site.place.as_ref()?, "synchronous_commit = on");
        site.apart = Some(house);
        Some(site)
    }

    /// Has its server fall, without putting anything in order.
    ///
    /// # Panics
    /// When it has none of its own.
    pub fn fall(&self) {
        self.apart.as_ref().expect("a server of its own").fall();
    }

    /// Has its server come back.
    ///
    /// # Panics
    /// When it has none of its own.
    pub fn recover(&self) {
        self.apart.as_ref().expect("a server of its own").serve();
    }

    fn of(house: &House, database: Database) -> Option<Self> {
        binary()?;
        if !house.has(database) {
            return None;
        }
        let folder = std::env::temp_dir().join(format!("vinculo-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).expect("a folder");
        let place = (database == Database::Postgres).then(|| house.place(database, true));
        let embedded = || format!("sqlite://{}", folder.join("vinculo.db").display());
        let url = place.as_ref().map_or_else(embedded, |place| place.url.clone());
        Some(Self { folder, url, place, apart: None })
    }

    /// A command on this site, with nothing else in its environment that concerns it.
    ///
    /// # Panics
    /// When there is no binary.
    #[must_use]
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary().expect("a binary"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VINCULO_")) {
            command.env_remove(name);
        }
        if self.place.is_some() {
            command.env("VINCULO_DATABASE_URL", &self.url);
        }
        command.env("VINCULO_LIMITS_POINTS", PLENTY.to_string());
        command.args(["--data-dir".as_ref(), self.folder.as_os_str()]).args(args);
        command.current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    /// Runs a verb to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().expect("the binary runs").into()
    }

    /// Runs a verb that must do what it is told.
    ///
    /// # Panics
    /// When it does not.
    pub fn does(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{args:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    /// Writes a file into the folder; its path.
    ///
    /// # Panics
    /// When there is no room.
    #[must_use]
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, text).expect("room for a file");
        path.display().to_string()
    }

    /// Another one for the same kind of database, with nothing in it.
    #[must_use]
    pub fn another(&self) -> Option<Self> {
        let database = if self.place.is_some() { Database::Postgres } else { Database::Sqlite };
        Self::new(database)
    }

    /// Serves on any free port, until it is dropped.
    #[must_use]
    pub fn serve(&self) -> Serving {
        let mut command = self.command(&["serve"]);
        command.env("VINCULO_LISTEN", "127.0.0.1:0");
        Serving::start(command)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        // What is in a house of its own goes with it.
        if let (Some(place), None) = (&self.place, &self.apart) {
            House::get().clear(place);
        }
    }
}

/// What became of a verb.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it complained of.
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

/// A service in a process of its own.
#[derive(Debug)]
pub struct Serving {
    process: Child,
    /// Where it listens.
    pub address: String,
    said: Arc<Mutex<String>>,
}

impl Serving {
    /// Starts it and waits until it says where it listens.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("the binary runs");
        let said: Arc<Mutex<String>> = Arc::default();
        let (tell, told) = mpsc::channel();
        let out: Box<dyn Read + Send> = Box::new(process.stdout.take().expect("piped"));
        let err: Box<dyn Read + Send> = Box::new(process.stderr.take().expect("piped"));
        for pipe in [out, err] {
            let (said, tell) = (said.clone(), tell.clone());
            std::thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    let address = line.find("127.0.0.1:").map(|start| {
                        let rest = &line[start..];
                        let end = rest.find(|c: char| !(c.is_ascii_digit() || ".:".contains(c)));
                        rest[..end.unwrap_or(rest.len())].to_owned()
                    });
                    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                    said.push_str(&line);
                    said.push('\n');
                    drop(said);
                    if let Some(address) = address {
                        let _ = tell.send(address);
                    }
                }
            });
        }
        drop(tell);
        let address = told.recv_timeout(PATIENCE);
        let mut serving = Self { process, address: String::new(), said };
        match address {
            Ok(address) => serving.address = address,
            Err(_) => panic!("it does not listen: {}", serving.said()),
        }
        serving
    }

    /// Everything that it has printed.
    #[must_use]
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks something.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn ask(&self, token: Option<&str>, query: &str, variables: &Value) -> io::Result<Answer> {
        ask(&self.address, token, query, variables)
    }

    /// Asks for events, and returns the first line of what comes.
    ///
    /// # Errors
    /// When it does not answer with events.
    pub fn follow(
        &self,
        token: Option<&str>,
        query: &str,
        variables: &Value,
    ) -> io::Result<String> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (address, length, token) = (&self.address, body.len(), bearer(token));
        write!(
            stream,
            "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Accept: text/event-stream\r\nContent-Length: {length}\r\n{token}\r\n{body}"
        )?;
        let mut lines = BufReader::new(stream).lines();
        for line in lines.by_ref() {
            if line?.is_empty() {
                // The size of the first piece, and the piece.
                let _ = lines.next().transpose()?;
                return lines.next().transpose().map(Option::unwrap_or_default);
            }
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    /// Reads a page.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn get(&self, token: Option<&str>, path: &str) -> io::Result<(u16, String)> {
        http(&self.address, &format!("GET {path} HTTP/1.1\r\n{}", bearer(token)), b"")
    }

    /// Sends any request: its line and headers, each with its end, and its body.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn send(&self, head: &str, body: &str) -> io::Result<(u16, String)> {
        http(&self.address, head, body.as_bytes())
    }

    /// Ends it as an operator does; everything that it has printed.
    ///
    /// # Panics
    /// When it does not end well.
    #[must_use]
    pub fn said_in_all(self) -> String {
        let said = self.said.clone();
        assert_eq!(self.stop(), Some(0));
        // Whoever reads what it prints lets go of this at its end.
        while Arc::strong_count(&said) > 1 {
            std::thread::yield_now();
        }
        said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends it as an operator does; how it ended.
    ///
    /// # Panics
    /// When it does not end.
    pub fn stop(mut self) -> Option<i32> {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        self.process.wait().expect("an end").code()
    }

    /// Ends it at once, whatever it is doing.
    ///
    /// # Panics
    /// When it had ended already.
    pub fn kill(mut self) {
        assert!(self.process.try_wait().expect("a process").is_none(), "{}", self.said());
        self.process.kill().expect("a kill");
        self.process.wait().expect("an end");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Asks a service something.
///
/// # Errors
/// When it does not answer whole.
pub fn ask(
    address: &str,
    token: Option<&str>,
    query: &str,
    variables: &Value,
) -> io::Result<Answer> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let token = bearer(token);
    let head = format!("POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\n{token}");
    let (status, body) = http(address, &head, body.as_bytes())?;
    let body = serde_json::from_str(&body).map_err(io::Error::other)?;
    Ok(Answer { status, body })
}

/// Reads a page of a service, as nobody.
///
/// # Errors
/// When it does not answer.
pub fn get(address: &str, path: &str) -> io::Result<(u16, String)> {
    http(address, &format!("GET {path} HTTP/1.1\r\n"), b"")
}

fn bearer(token: Option<&str>) -> String {
    token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default()
}

/// Sends any request with a whole body, and reads what is answered.
///
/// # Errors
/// When the answer is not whole.
pub fn http(address: &str, head: &str, body: &[u8]) -> io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    let head =
        format!("{head}Host: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    // Who is answered before all was said may find the connection broken; what counts is
    // whether the answer is whole.
    let sent = stream.write_all(&[head.as_bytes(), body].concat());
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer);
    if answer.is_empty() {
        sent?;
        end?;
    }
    let answer = String::from_utf8(answer).map_err(io::Error::other)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    if status == Some(204) {
        return Ok((204, body.to_owned()));
    }
    // A body that is cut off must not pass for a whole one.
    let told = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    if told.is_none_or(|told| told != body.len()) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((status.ok_or(io::ErrorKind::InvalidData)?, body.to_owned()))
}
