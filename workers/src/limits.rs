//! The sandbox of a child: what it takes from itself before it reads a byte (memory, time, files, network, programs,
//! rights).
//!
//! Resource limits hold on every Linux, and no child keeps a capability. Landlock and seccomp stand where the kernel has
//! them: the child says which do, and its parent gives it nothing to open where one is missing, unless the
//! administrator goes without it by name.

mod syscalls;

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets};
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
    /// Seccomp: no system call but those that reading needs.
    pub seccomp: Fence,
}

impl Confinement {
    /// A fence that is missing, but for those that are gone `without`. One that an older kernel has in part is not missing:
    /// its oldest interface shuts all files, and the network, other processes and their signals are out of seccomp's reach.
    pub fn missing(&self, without: &[FenceName]) -> Option<FenceName> {
        let fences = [
            (FenceName::Landlock, self.landlock),
            (FenceName::Seccomp, self.seccomp),
        ];
        let absent =
            |(name, fence): &(FenceName, Fence)| *fence == Fence::Absent && !without.contains(name);
        fences.into_iter().find(absent).map(|(name, _)| name)
    }
}

/// A fence by its name, as settings and messages have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FenceName {
    /// Landlock, a security module of the kernel.
    Landlock,
    /// Seccomp, the kernel's filter of system calls.
    Seccomp,
}

impl FenceName {
    /// Its word in settings and messages: `landlock` or `seccomp`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
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
    // Neither a process nor a thread of its own.
    set(Resource::Nproc, 0)?;
    set(Resource::Cpu, cpu_seconds)?;
    // Data by the page that was admitted; address space larger, because libraries are mapped into
    // it.
    set(Resource::Data, memory_bytes)?;
    set(Resource::As, memory_bytes.saturating_add(MAPPED_BYTES))?;
    drop_rights()
}

/// Gives up every capability, so that a service that runs as root has children that are nobody in particular: with them a
/// child could raise its ceilings again, or read what its modes forbid.
fn drop_rights() -> std::io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    let held = rustix::thread::capabilities(None)?;
    if held.effective.contains(CapabilitySet::SETPCAP) {
        for capability in CapabilitySet::all().iter() {
            // An older kernel does not know the newest of them.
            if rustix::thread::capability_is_in_bounding_set(capability).unwrap_or(false) {
                rustix::thread::remove_capability_from_bounding_set(capability)?;
            }
        }
    }
    rustix::thread::clear_ambient_capability_set()?;
    let empty = CapabilitySet::empty();
    let none = CapabilitySets {
        effective: empty,
        permitted: empty,
        inheritable: empty,
    };
    // The shipped unit has none to give up, and refuses the call itself.
    if held != none {
        rustix::thread::set_capabilities(None, none)?;
    }
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
