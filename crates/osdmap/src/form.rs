//! What a file can be.

use std::fmt;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// A binary OSDMap.
    OsdMap,
    /// `ceph osd dump -f json`.
    OsdDump,
    /// `ceph report`.
    Report,
    /// A CRUSH map: binary, text or `ceph osd crush dump -f json`.
    CrushMap,
    /// `ceph osd df -f json`, as a tree or not.
    OsdDf,
    /// `ceph pg dump -f json`.
    PgDump,
    /// `ceph df -f json`, with details or not.
    Df,
    /// A cluster described in YAML or JSON.
    Description,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Form::OsdMap => "binary OSDMap",
            Form::OsdDump => "ceph osd dump",
            Form::Report => "ceph report",
            Form::CrushMap => "CRUSH map",
            Form::OsdDf => "ceph osd df",
            Form::PgDump => "ceph pg dump",
            Form::Df => "ceph df",
            Form::Description => "cluster description",
        })
    }
}
