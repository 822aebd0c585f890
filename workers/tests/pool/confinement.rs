//! What a child cannot do, tried from inside one.

use std::fs::File;
use std::net::{TcpStream, UdpSocket};
use std::process::Command;

use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};
use libtest_mimic::Trial;
use sogoc_workers::limits::{self, Fence};

use crate::paper::born_digital_pdf;
use crate::support::{Folder, config, fact, render, wait};

/// Hidden argument of a process that shuts itself in like a child and then tries to get out.
pub const ARGUMENT: &str = "try-to-get-out";

pub fn trials() -> Vec<Trial> {
    vec![
        fact("a_child_says_which_fences_stand", fences_stand),
        fact(
            "a_shut_in_process_gets_at_nothing_but_its_trained_data",
            nothing_gets_out,
        ),
    ]
}

fn fences_stand() {
    let folder = Folder::new();
    let path = folder.put("a.pdf", &born_digital_pdf(1));
    let pool = sogoc_workers::pool::Pool::new(config()).unwrap();
    wait(async { render(&pool, &path, 1).await.unwrap() });
    let confinement = pool.stats().confinement.unwrap();
    assert_eq!(confinement.seccomp, Fence::Full);
    // Landlock is the kernel's to have; where it is missing the child must say so, not pretend.
    assert_eq!(confinement.landlock != Fence::Absent, kernel_has_landlock());
}

/// True where the kernel accepts the first Landlock interface.
fn kernel_has_landlock() -> bool {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(Ruleset::create)
        .is_ok()
}

fn nothing_gets_out() {
    let folder = Folder::new();
    let allowed = folder.put("allowed", b"trained data");
    let secret = Folder::new();
    let secret = secret.put("secret", b"another page");
    let output = Command::new(std::env::current_exe().unwrap())
        .args([ARGUMENT.as_ref(), allowed.as_os_str(), secret.as_os_str()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "allowed: yes",
            "secret: no",
            "write: no",
            "tcp: no",
            "udp: no",
            "program: no",
            "gigabytes: no",
        ],
        "{output:?}"
    );
}

/// Runs in a process of its own.
pub fn try_to_get_out(allowed: &str, secret: &str) -> ! {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    limits::take(512 << 20, 60).unwrap();
    let _ = limits::confine(&[allowed.as_ref()]);
    let say = |what: &str, worked: bool| {
        println!("{what}: {}", if worked { "yes" } else { "no" });
    };
    say("allowed", File::open(allowed).is_ok());
    say("secret", File::open(secret).is_ok());
    let beside = format!("{allowed}.new");
    say("write", std::fs::write(&beside, b"x").is_ok());
    say("tcp", TcpStream::connect(address).is_ok());
    say("udp", UdpSocket::bind("127.0.0.1:0").is_ok());
    say("program", Command::new("/bin/true").status().is_ok());
    let mut room: Vec<u8> = Vec::new();
    say("gigabytes", room.try_reserve_exact(2 << 30).is_ok());
    std::process::exit(0)
}
