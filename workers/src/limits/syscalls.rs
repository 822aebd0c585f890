//! The system calls a page needs never make, refused with EPERM: Landlock knows only TCP.

use std::collections::BTreeMap;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

use super::Fence;

/// New sockets of any kind, new programs, other processes' memory, and system calls that
/// sandbox escapes have used.
const REFUSED: [i64; 17] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_io_uring_setup,
    libc::SYS_mount,
];

/// Refuses these calls for the rest of the process's life.
pub(super) fn restrict() -> Fence {
    let applied = || -> Option<()> {
        let rules: BTreeMap<i64, Vec<_>> = REFUSED.into_iter().map(|call| (call, vec![])).collect();
        let filter = SeccompFilter::new(
            rules,
            SeccompAction::Allow,
            // Refused with an error instead of killed: libraries that try a socket for a log line
            // go on without.
            SeccompAction::Errno(libc::EPERM as u32),
            std::env::consts::ARCH.try_into().ok()?,
        )
        .ok()?;
        let program: BpfProgram = filter.try_into().ok()?;
        apply_filter(&program).ok()
    };
    if applied().is_some() {
        Fence::Full
    } else {
        Fence::Absent
    }
}
