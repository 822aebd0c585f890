//! The system calls that decoding and reading need; every other is refused with EPERM. Memory and descriptors that are there,
//! time, the parent's socket: no new process, thread, socket, program, name space or signal to anybody else.

use std::collections::BTreeMap;

use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};

use super::Fence;

/// Needed whatever their arguments. Which files may be opened is Landlock's part.
const ALLOWED: &[i64] = &[
    // Bytes of what is open, and of models.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_openat,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_fadvise64,
    libc::SYS_dup,
    // The parent's socket and nobody else's: new ones cannot be made.
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_shutdown,
    libc::SYS_ppoll,
    // Memory.
    libc::SYS_brk,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_madvise,
    // Locks of a single thread, time, chance, what machine it is.
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    // Its own signals, and its end.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
];

/// What of `fcntl` is needed: flags and copies of descriptors, but not signals to whoever owns one.
const FCNTL: [i32; 5] = [
    libc::F_GETFD,
    libc::F_SETFD,
    libc::F_GETFL,
    libc::F_SETFL,
    libc::F_DUPFD_CLOEXEC,
];

/// What of `ioctl` is needed: whether a descriptor is a terminal, and to close it in programs, which a child never starts.
const IOCTL: [u64; 2] = [libc::TCGETS, libc::FIOCLEX];

/// Allows what is needed and nothing else for the rest of the process's life.
pub(super) fn restrict() -> Fence {
    let applied = || -> Option<()> {
        let filter = SeccompFilter::new(
            rules().ok()?,
            // Refused with an error instead of killed: libraries that try a socket for a log line go on without.
            SeccompAction::Errno(libc::EPERM as u32),
            SeccompAction::Allow,
            std::env::consts::ARCH.try_into().ok()?,
        )
        .ok()?;
        let program: BpfProgram = filter.try_into().ok()?;
        apply_filter(&program).ok()
    };
    match applied() {
        Some(()) => Fence::Full,
        None => Fence::Absent,
    }
}

fn rules() -> Result<BTreeMap<i64, Vec<SeccompRule>>, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let only = |argument, length, operator, value| {
        let condition = SeccompCondition::new(argument, length, operator, value)?;
        SeccompRule::new(vec![condition])
    };
    // No memory that can be run: what a decoder was tricked into writing stays data.
    let no_code = || only(2, Dword, MaskedEq(libc::PROT_EXEC as u64), 0);
    rules.insert(libc::SYS_mmap, vec![no_code()?]);
    rules.insert(libc::SYS_mprotect, vec![no_code()?]);
    // Limits of its own only, which the hard ones bound.
    rules.insert(libc::SYS_prlimit64, vec![only(0, Dword, Eq, 0)?]);
    // To abort is to signal oneself.
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, vec![only(0, Dword, Eq, own)?]);
    let fcntl = FCNTL.iter().map(|what| only(1, Dword, Eq, *what as u64));
    rules.insert(libc::SYS_fcntl, fcntl.collect::<Result<_, _>>()?);
    let ioctl = IOCTL.iter().map(|what| only(1, Qword, Eq, *what));
    rules.insert(libc::SYS_ioctl, ioctl.collect::<Result<_, _>>()?);
    Ok(rules)
}
