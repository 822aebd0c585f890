//! Servers that end with their test, however it ends.

use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

/// Tools and caches that test runs share: `target/test-tools`.
pub fn tools_folder() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("test-tools");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A server process. It is killed when this is dropped, and by the kernel when the whole test
/// process is killed.
pub struct TiedChild(Child);

impl TiedChild {
    /// Starts `program`, its output going to `log`.
    pub fn start(program: &Path, arguments: &[String], log: &Path) -> Self {
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL"])
            .arg(program)
            .args(arguments);
        Self::spawn(command, log)
    }

    /// Starts a command that itself goes through `setpriv --pdeathsig`.
    pub fn spawn(mut command: Command, log: &Path) -> Self {
        let output = std::fs::File::create(log).unwrap();
        let shown = format!("{command:?}");
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output);
        let child = spawn_from_a_lasting_thread(command);
        Self(child.unwrap_or_else(|error| panic!("{shown}: {error} (setpriv is in util-linux)")))
    }

    /// Its process number; `setpriv` becomes the program it starts.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }
}

impl Drop for TiedChild {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The death signal is bound to the thread that forked, and test threads end before the process.
fn spawn_from_a_lasting_thread(mut command: Command) -> io::Result<Child> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        sender.send(command.spawn()).unwrap();
        loop {
            std::thread::park();
        }
    });
    receiver.recv().unwrap()
}

/// Below this the kernel gives outgoing connections no port of their own (`ip_local_port_range`), so nothing but a server
/// takes one between the look and the start.
const EPHEMERAL: u16 = 32_768;
/// The lowest port that is handed out.
const LOWEST: u16 = 10_000;

/// Ports that nobody listens on and that no other test of this process is given.
pub fn free_ports<const N: usize>() -> [u16; N] {
    static DRAWN: AtomicU32 = AtomicU32::new(0);
    let span = u32::from(EPHEMERAL - LOWEST);
    // Runs side by side begin at different places: process numbers differ by little, so they are spread.
    let start = std::process::id().wrapping_mul(7_919);
    std::array::from_fn(|_| {
        for _ in 0..span {
            let offset = start.wrapping_add(DRAWN.fetch_add(1, Ordering::SeqCst)) % span;
            let port = LOWEST + u16::try_from(offset).unwrap();
            if TcpListener::bind(("127.0.0.1", port)).is_ok() {
                return port;
            }
        }
        panic!("no port is free");
    })
}
