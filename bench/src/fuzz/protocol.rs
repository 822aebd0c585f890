//! Broken messages at both ends: a rogue child that answers the pool with damaged frames, and damaged
//! frames to a real child. The pool must name every failure and go on; the child must end by itself.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use sogoc_workers::decode::DecodeLimits;
use sogoc_workers::outcome::FailureKind;
use sogoc_workers::pool::{Pool, PoolConfig};

use super::mutate::{Chance, mutant};

/// The rogue child is this program under this name: the pool clears the environment, not the name.
const ROGUE: &str = "rogue-child-";

/// Time a child may take to notice that nobody speaks to it any more.
const LAST_BREATH: Duration = Duration::from_secs(20);

pub struct Protocol {
    folder: tempfile::TempDir,
    answers: u64,
    requests: u64,
    pub findings: u64,
}

impl Protocol {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir_in(own_program().parent().unwrap()).unwrap(),
            answers: 0,
            requests: 0,
            findings: 0,
        }
    }

    pub async fn round(&mut self, chance: &mut Chance) {
        self.ask_a_rogue(chance).await;
        self.tell_a_child(chance);
    }

    pub fn report(&self) -> String {
        format!(
            "{} damaged answers, {} damaged requests, {} findings",
            self.answers, self.requests, self.findings
        )
    }

    /// The pool's side: whatever the child says, the failure has a name and nothing hangs.
    async fn ask_a_rogue(&mut self, chance: &mut Chance) {
        let program = self
            .folder
            .path()
            .join(format!("{ROGUE}{}", chance.below(1 << 30)));
        std::fs::hard_link(own_program(), &program).unwrap();
        let file = self.folder.path().join("page");
        std::fs::write(&file, b"%PDF-1.4 %%EOF").unwrap();
        let pool = Pool::new(PoolConfig {
            program: program.clone(),
            children: 1,
            page_timeout: Duration::from_millis(400), // a rogue that says nothing more costs this
            ..PoolConfig::default()
        })
        .unwrap();
        for _ in 0..4 {
            self.answers += 1;
            if let Err(failure) = pool.probe(&file).await
                && failure.kind == FailureKind::OutOfMemory
            {
                self.findings += 1;
                println!("a rogue {program:?}: {failure}");
            }
        }
        std::fs::remove_file(program).unwrap();
    }

    /// The child's side: it ends by itself, and not by a signal or a panic.
    fn tell_a_child(&mut self, chance: &mut Chance) {
        self.requests += 1;
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        let mut child = Command::new(own_program())
            .arg(sogoc_workers::child::ARGUMENT)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = set_up();
        if chance.below(2) == 0 {
            said = mutant(chance, &said, &request());
        }
        for _ in 0..3 {
            said.extend(mutant(chance, &request(), &set_up()));
            said.push(b'F'); // a carrier without a file
        }
        let _ = ours.write_all(&said); // a child that ended already has closed its side
        let _ = ours.shutdown(std::net::Shutdown::Write);
        let until = Instant::now() + LAST_BREATH;
        let ended = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if Instant::now() > until => break None,
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        let well =
            ended.is_some_and(|status| status.signal().is_none() && status.code() != Some(101));
        if !well {
            let _ = child.kill();
            let _ = child.wait();
            self.findings += 1;
            println!("a child told {said:?} ended with {ended:?}");
        }
    }
}

/// True for the program under its rogue name.
pub fn is_rogue() -> bool {
    own_program()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .starts_with(ROGUE)
}

/// A child that says hello, mostly, and then answers whatever is asked with damaged frames.
pub fn be_rogue() -> ! {
    let name = own_program()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let seed = name[ROGUE.len()..].parse().unwrap();
    let mut chance = Chance::new(seed);
    let mut socket = UnixStream::from(
        std::os::fd::AsFd::as_fd(&std::io::stdin())
            .try_clone_to_owned()
            .unwrap(),
    );
    let hello = framed(
        &json!({"version": sogoc_workers::PROTOCOL_VERSION, "confinement": {"landlock": "full", "seccomp": "full"}}),
    );
    listen(&mut socket);
    if chance.below(8) == 0 {
        let _ = socket.write_all(&mutant(&mut chance, &hello, &answers()[0]));
        std::process::exit(0); // the rest of half a hello would be waited for
    }
    let _ = socket.write_all(&hello);
    loop {
        listen(&mut socket);
        let _ = socket.read_exact(&mut [0]); // the file is not received and so closed
        let answers = answers();
        let answer = &answers[chance.below(answers.len())];
        let broken = mutant(&mut chance, answer, &answers[0]);
        let _ = socket.write_all(&broken);
        if chance.below(3) == 0 {
            std::process::exit(chance.below(3) as i32);
        }
    }
}

/// Takes one frame from the parent and answers nothing.
fn listen(socket: &mut UnixStream) {
    let mut length = [0; 4];
    if socket.read_exact(&mut length).is_err() {
        std::process::exit(0);
    }
    let mut body = vec![0; u32::from_be_bytes(length) as usize];
    let _ = socket.read_exact(&mut body);
}

/// Sound answers, to be damaged.
fn answers() -> Vec<Vec<u8>> {
    let page = json!({"width": 10, "height": 20, "dpi": 300, "exif_orientation": null, "predicted_bytes": 1});
    let failed = json!({"failed": {"kind": "unreadable", "detail": "cut off"}});
    [
        json!({"probed": {"format": "jpeg", "pages": [page]}}),
        json!({"shaped": page}),
        failed,
        json!("rendered"),
        json!({"panicked": "somewhere"}),
    ]
    .iter()
    .map(framed)
    .collect()
}

fn set_up() -> Vec<u8> {
    framed(&json!({
        "version": sogoc_workers::PROTOCOL_VERSION, "tessdata": null, "classes": null, "limits": DecodeLimits::default(),
        "memory_bytes": 1u64 << 30, "cpu_seconds": 60,
    }))
}

fn request() -> Vec<u8> {
    framed(
        &json!({"task": {"render": {"page": 1, "turn": 90, "max_side": 9, "crop": [1, 2, 3, 4]}},
                   "memory_bytes": 1u64 << 30}),
    )
}

fn framed(message: &serde_json::Value) -> Vec<u8> {
    let body = message.to_string().into_bytes();
    let length = u32::try_from(body.len()).unwrap();
    [&length.to_be_bytes()[..], &body].concat()
}

fn own_program() -> PathBuf {
    std::fs::read_link("/proc/self/exe").unwrap()
}
