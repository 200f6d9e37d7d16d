//! What the reader of an answer should know about the files behind it.

use serde::Serialize;

/// Something about the files that does not keep them from being used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// One of [`code`]: stable, for programs.
    pub code: &'static str,
    /// What it is, where, and what to do, for people.
    pub message: String,
}

impl Warning {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Warning {
        Warning { code, message: message.into() }
    }
}

/// Codes of warnings. They do not change.
pub mod code {
    /// Lines around a file's value were left out: a prompt, a status line, a byte order mark.
    pub const SKIPPED_TEXT: &str = "skipped_text";
    /// A file was in UTF-16.
    pub const CONVERTED_TEXT: &str = "converted_text";
    /// A number of a file is none.
    pub const NOT_A_NUMBER: &str = "not_a_number";
    /// Data was recorded in another epoch than the map's.
    pub const EPOCHS_DIFFER: &str = "epochs_differ";
    /// PGs were recorded as served by OSDs that the map has down.
    pub const PG_STATES_DIFFER: &str = "pg_states_differ";
    /// States or reweights of OSDs differ between two files.
    pub const OSD_STATES_DIFFER: &str = "osd_states_differ";
    /// Only some PGs of a pool were recorded.
    pub const PGS_INCOMPLETE: &str = "pgs_incomplete";
    /// Sizes were read from text that is rounded.
    pub const SIZES_ROUNDED: &str = "sizes_rounded";
    /// Sizes of some OSDs are not known.
    pub const OSD_SIZES_UNKNOWN: &str = "osd_sizes_unknown";
    /// Pools have rules that the CRUSH map lacks.
    pub const CRUSH_RULE_MISSING: &str = "crush_rule_missing";
    /// Profiles of erasure codes are not in the files.
    pub const ERASURE_CODE_PROFILES_UNKNOWN: &str = "erasure_code_profiles_unknown";
    /// The map holds something that only a later release knows.
    pub const UNKNOWN_PARTS: &str = "unknown_parts";
    /// A rule or a bucket on which releases of Ceph crash or disagree.
    pub const ODD_CRUSH_MAP: &str = "odd_crush_map";
    /// Some of what a snapshot asks for was not answered.
    pub const SNAPSHOT_INCOMPLETE: &str = "snapshot_incomplete";
    /// A warning of a later version, in a state that it saved.
    pub const OTHER: &str = "other";

    /// All of them.
    pub const ALL: [&str; 15] = [
        SKIPPED_TEXT,
        CONVERTED_TEXT,
        NOT_A_NUMBER,
        EPOCHS_DIFFER,
        PG_STATES_DIFFER,
        OSD_STATES_DIFFER,
        PGS_INCOMPLETE,
        SIZES_ROUNDED,
        OSD_SIZES_UNKNOWN,
        CRUSH_RULE_MISSING,
        ERASURE_CODE_PROFILES_UNKNOWN,
        UNKNOWN_PARTS,
        ODD_CRUSH_MAP,
        SNAPSHOT_INCOMPLETE,
        OTHER,
    ];
}
