//! What a child takes from itself before it reads a byte: memory, time, files, network, programs.
//!
//! Resource limits hold on every Linux; Landlock and seccomp where the kernel has them, and the
//! child says which of them hold so that an operator can see it.

mod syscalls;

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

/// Open files a child may hold: its socket, its standard streams, the page's file, trained data.
const MAX_OPEN_FILES: u64 = 32;

/// Address space beside data: program code, libraries, the files they map.
const MAPPED_BYTES: u64 = 1 << 30;

/// Newest Landlock interface used: files (1), network (4), signals and abstract sockets (6).
const LANDLOCK_ABI: ABI = ABI::V6;

/// Which fences stand around a child.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Landlock: no file but the trained data, no network, no signals to others.
    pub landlock: Fence,
    /// Seccomp: no sockets, no new programs, no tracing.
    pub seccomp: Fence,
}

/// How well a fence stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fence {
    /// Everything asked for is enforced.
    Full,
    /// An older kernel enforces a part.
    Partial,
    /// The kernel has none of it; the other fences remain.
    #[default]
    Absent,
}

/// Dies with its parent, dumps no core, writes no file, and keeps to these ceilings.
///
/// # Errors
/// The operating system's, where a limit cannot be set.
pub fn take(memory_bytes: u64, cpu_seconds: u64) -> std::io::Result<()> {
    // Killed with the parent: a child without one would go on with somebody's page for nobody.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    set(Resource::Core, 0)?;
    // No file may grow, so nothing of a page can be left on the disk.
    set(Resource::Fsize, 0)?;
    set(Resource::Nofile, MAX_OPEN_FILES)?;
    set(Resource::Cpu, cpu_seconds)?;
    // Data by the page that was admitted; address space larger, because libraries are mapped into
    // it.
    set(Resource::Data, memory_bytes)?;
    set(Resource::As, memory_bytes.saturating_add(MAPPED_BYTES))?;
    Ok(())
}

fn set(resource: Resource, value: u64) -> std::io::Result<()> {
    // A ceiling that the service itself was started under cannot be raised.
    let hard = getrlimit(resource)
        .maximum
        .map_or(value, |hard| hard.min(value));
    Ok(setrlimit(
        resource,
        Rlimit {
            current: Some(hard),
            maximum: Some(hard),
        },
    )?)
}

/// Moves the ceiling of data for the next page, within the hard one of [`take`].
///
/// # Errors
/// The operating system's.
pub(crate) fn allow_memory(bytes: u64) -> std::io::Result<()> {
    let maximum = getrlimit(Resource::Data).maximum;
    let current = Some(maximum.map_or(bytes, |hard| hard.min(bytes)));
    Ok(setrlimit(Resource::Data, Rlimit { current, maximum })?)
}

/// Shuts everything but reading below `readable`. Only for a process with a single thread.
pub fn confine(readable: &[&Path]) -> Confinement {
    Confinement {
        landlock: restrict_files(readable),
        seccomp: syscalls::restrict(),
    }
}

fn restrict_files(readable: &[&Path]) -> Fence {
    let enforced = || -> Result<RulesetStatus, landlock::RulesetError> {
        let status = Ruleset::default()
            // On an older kernel as much as it knows: the child says what holds, and the metrics
            // show it.
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(LANDLOCK_ABI))?
            .handle_access(AccessNet::from_all(LANDLOCK_ABI))?
            // No network at all is granted: a page has nobody to talk to.
            .scope(Scope::from_all(LANDLOCK_ABI))?
            .create()?
            .add_rules(path_beneath_rules(
                readable,
                AccessFs::from_read(LANDLOCK_ABI),
            ))?
            .restrict_self()?;
        Ok(status.ruleset)
    };
    match enforced() {
        Ok(RulesetStatus::FullyEnforced) => Fence::Full,
        Ok(RulesetStatus::PartiallyEnforced) => Fence::Partial,
        Ok(RulesetStatus::NotEnforced) | Err(_) => Fence::Absent,
    }
}
