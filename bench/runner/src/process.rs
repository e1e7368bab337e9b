//! Processes whose time and memory are counted.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    time::{clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};

/// How long a server may take until it listens: Vínculo builds its index first.
const STARTED_WITHIN: Duration = Duration::from_mins(20);

/// A server that this run started, and ends.
#[derive(Debug)]
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// Starts a server and waits until it listens.
    pub fn start(
        program: &Path,
        arguments: &[&str],
        folder: &Path,
        variables: &BTreeMap<String, String>,
        port: u16,
        log: &Path,
    ) -> io::Result<Self> {
        let log_file = File::create(log)?;
        let child = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(log_file.try_clone()?)
            .stderr(log_file)
            .spawn()
            .map_err(|error| io::Error::other(format!("{}: {error}", program.display())))?;
        let mut server = Self { child, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = server.child.try_wait()?;
            if ended.is_some() || begun.elapsed() > STARTED_WITHIN {
                let said = fs::read_to_string(log).unwrap_or_default();
                return Err(io::Error::other(format!(
                    "{} does not listen: {said}",
                    program.display()
                )));
            }
            sleep(Duration::from_millis(100));
        }
        Ok(server)
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap_or_default())
    }

    /// Halts it: what is not measured must not work meanwhile.
    pub fn freeze(&self) -> io::Result<()> {
        Ok(kill(self.pid(), Signal::SIGSTOP)?)
    }

    pub fn thaw(&self) -> io::Result<()> {
        Ok(kill(self.pid(), Signal::SIGCONT)?)
    }

    /// Processor time so far, of all its threads.
    pub fn cpu(&self) -> io::Result<Duration> {
        cpu(self.pid())
    }

    /// Resident memory, in bytes: now, and at most.
    pub fn memory(&self) -> io::Result<(u64, u64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kilobytes =
                line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
            kilobytes.unwrap_or_default() * 1024
        };
        Ok((bytes("VmRSS:"), bytes("VmHWM:")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.thaw();
        let _ = kill(self.pid(), Signal::SIGTERM);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(40) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cpu(pid: Pid) -> io::Result<Duration> {
    Ok(clock_gettime(clock_getcpuclockid(pid)?)?.into())
}

/// All processes of a PostgreSQL cluster.
#[derive(Clone, Copy, Debug)]
pub struct Cluster(pub i32);

impl Cluster {
    /// Processor time so far: of those that live, and of those that have ended.
    pub fn cpu(self) -> io::Result<Duration> {
        let mut total = cpu(Pid::from_raw(self.0))?;
        for process in fs::read_dir("/proc")? {
            let name = process?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else {
                continue;
            };
            // A process may end while it is looked at; then its parent has its time.
            if parent(pid) == Some(self.0)
                && let Ok(time) = cpu(Pid::from_raw(pid))
            {
                total += time;
            }
        }
        Ok(total + ended_children(self.0)?)
    }
}

/// The fields of `/proc/PID/stat` that follow the name, which may hold spaces.
fn stat(pid: i32) -> io::Result<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let rest = text.rsplit_once(") ").map_or("", |(_, rest)| rest);
    Ok(rest.split_whitespace().map(ToOwned::to_owned).collect())
}

fn parent(pid: i32) -> Option<i32> {
    stat(pid).ok()?.get(1)?.parse().ok()
}

fn ended_children(pid: i32) -> io::Result<Duration> {
    // In ticks of 10 ms: `USER_HZ` is 100 on every Linux.
    let stat = stat(pid)?;
    let ticks = |place: usize| stat.get(place).and_then(|ticks| ticks.parse::<u64>().ok());
    let ticks = ticks(13).unwrap_or_default() + ticks(14).unwrap_or_default();
    Ok(Duration::from_millis(ticks * 10))
}
