//! What a child cannot do, tried from inside one.

use std::fs::File;
use std::net::{TcpStream, UdpSocket};
use std::process::Command;

use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};
use libtest_mimic::Trial;
use sogoc_workers::limits::{self, Confinement, Fence, FenceName};

use crate::paper::born_digital_pdf;
use crate::support::{Folder, config, fact, render, wait};

/// Hidden argument of a process that shuts itself in like a child and then tries to get out.
pub const ARGUMENT: &str = "try-to-get-out";

pub fn trials() -> Vec<Trial> {
    vec![
        fact("a_child_says_which_fences_stand", fences_stand),
        fact(
            "a_fence_that_is_missing_is_found_unless_it_is_given_up_by_name",
            missing_fences_are_found,
        ),
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
    are_nobody_in_particular(&pool.stats().pids);
}

/// The children, as the kernel tells of them from outside.
fn are_nobody_in_particular(children: &[u32]) {
    assert!(!children.is_empty());
    for child in children {
        let about = std::fs::read_to_string(format!("/proc/{child}/status")).unwrap();
        for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
            let none = format!("{set}:\t0000000000000000\n");
            // The set that bounds is only root's to empty, and means nothing without the others.
            let not_root = set == "CapBnd" && !about.contains("Uid:\t0\t");
            assert!(about.contains(&none) || not_root, "{about}");
        }
        for line in ["NoNewPrivs:\t1\n", "Seccomp:\t2\n", "Threads:\t1\n"] {
            assert!(about.contains(line), "{line}{about}");
        }
        let open = std::fs::read_dir(format!("/proc/{child}/fd")).unwrap();
        for entry in open.flatten() {
            let to = std::fs::read_link(entry.path()).unwrap();
            let to = to.to_string_lossy();
            let given = ["socket:", "pipe:", "/dev/null"];
            assert!(given.iter().any(|kind| to.starts_with(kind)), "{to}");
        }
    }
}

/// A fence that is missing is found, unless the administrator goes without it.
fn missing_fences_are_found() {
    let (landlock, seccomp) = (FenceName::Landlock, FenceName::Seccomp);
    let full = Confinement {
        landlock: Fence::Full,
        seccomp: Fence::Full,
    };
    let old_kernel = Confinement {
        landlock: Fence::Partial,
        ..full
    };
    assert_eq!(full.missing(&[]), None);
    assert_eq!(old_kernel.missing(&[]), None);
    let none = Confinement::default();
    assert_eq!(none.missing(&[]), Some(landlock));
    assert_eq!(none.missing(&[landlock]), Some(seccomp));
    assert_eq!(none.missing(&[seccomp]), Some(landlock));
    assert_eq!(none.missing(&[landlock, seccomp]), None);
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
            "thread: no",
            "process: no",
            "signal to its parent: no",
            "memory of its parent: no",
            "limits of its parent: no",
            "name space: no",
            "mount: no",
            "other user: no",
            "file without a name: no",
            "memory that runs: no",
            "more open files: no",
            "its own rights back: no",
            "kernel ring: no",
            "key ring: no",
            "gigabytes: no",
        ],
        "{output:?}"
    );
}

/// Whether a system call does anything but answer that it is not permitted: an argument that is wrong is the kernel's word
/// and would mean that the filter let it through.
#[allow(unsafe_code)] // what a taken-over child would do goes past every library
fn works(number: i64, given: [i64; 6]) -> bool {
    let [a, b, c, d, e, f] = given;
    // SAFETY: nothing of this process is read or written by these calls but a name that lives as long as the program; a
    // second process ends at once.
    let said = unsafe { libc::syscall(number, a, b, c, d, e, f) };
    if said == 0 && number == libc::SYS_clone {
        std::process::exit(0);
    }
    said >= 0 || std::io::Error::last_os_error().raw_os_error() != Some(libc::EPERM)
}

/// Runs in a process of its own.
pub fn try_to_get_out(allowed: &str, secret: &str) -> ! {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let parent = i64::from(rustix::process::getppid().unwrap().as_raw_nonzero().get());
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
    let thread = std::thread::Builder::new().spawn(|| ());
    say("thread", thread.is_ok());
    for (what, number, given) in [
        (
            "process",
            libc::SYS_clone,
            [i64::from(libc::SIGCHLD), 0, 0, 0, 0, 0],
        ),
        (
            "signal to its parent",
            libc::SYS_kill,
            [parent, 0, 0, 0, 0, 0],
        ),
        (
            "memory of its parent",
            libc::SYS_ptrace,
            [i64::from(libc::PTRACE_ATTACH), parent, 0, 0, 0, 0],
        ),
        (
            "limits of its parent",
            libc::SYS_prlimit64,
            [parent, 0, 0, 0, 0, 0],
        ),
        (
            "name space",
            libc::SYS_unshare,
            [i64::from(libc::CLONE_NEWUSER), 0, 0, 0, 0, 0],
        ),
        ("mount", libc::SYS_mount, [0; 6]),
        ("other user", libc::SYS_setuid, [65534, 0, 0, 0, 0, 0]),
        (
            "file without a name",
            libc::SYS_memfd_create,
            [c"x".as_ptr() as i64, 0, 0, 0, 0, 0],
        ),
        (
            "memory that runs",
            libc::SYS_mmap,
            [
                0,
                4096,
                i64::from(libc::PROT_READ | libc::PROT_EXEC),
                i64::from(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS),
                -1,
                0,
            ],
        ),
    ] {
        say(what, works(number, given));
    }
    let files = rustix::process::Rlimit {
        current: Some(64),
        maximum: Some(64),
    };
    say(
        "more open files",
        rustix::process::setrlimit(rustix::process::Resource::Nofile, files).is_ok(),
    );
    say("its own rights back", works(libc::SYS_capset, [0; 6]));
    say(
        "kernel ring",
        works(libc::SYS_io_uring_setup, [1, 0, 0, 0, 0, 0]),
    );
    say("key ring", works(libc::SYS_keyctl, [0, -3, 0, 0, 0, 0]));
    let mut room: Vec<u8> = Vec::new();
    say("gigabytes", room.try_reserve_exact(2 << 30).is_ok());
    std::process::exit(0)
}
