//! Where the figures are from.

use serde::Serialize;
use std::fs;

/// What the machine says of itself.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    pub(super) processor: String,
    pub(super) processors: usize,
    pub(super) kernel: String,
    /// Whether the kernel is built to be preempted everywhere (PREEMPT_RT).
    pub(super) preempt_rt: bool,
    /// A processor that says it runs under a hypervisor.
    pub(super) virtual_machine: bool,
    pub(super) build: &'static str,
}

impl Machine {
    pub(super) fn here() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let after = |key: &str| {
            let line = cpuinfo.lines().find(|line| line.starts_with(key))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let system = rustix::system::uname();
        let text = |part: &std::ffi::CStr| part.to_string_lossy().into_owned();
        let build = text(system.version());
        Self {
            processor: after("model name").unwrap_or_else(|| text(system.machine())),
            processors: crate::scenario::processors(),
            kernel: text(system.release()),
            preempt_rt: build.contains("PREEMPT_RT"),
            virtual_machine: after("flags")
                .is_some_and(|flags| flags.split(' ').any(|flag| flag == "hypervisor")),
            build: if cfg!(debug_assertions) { "development" } else { "release" },
        }
    }
}
