//! What a file can be.

use std::fmt;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// A binary OSDMap.
    OsdMap,
    /// `ceph osd dump`, as JSON or text.
    OsdDump,
    /// `ceph report`.
    Report,
    /// `ceph insights`.
    Insights,
    /// A CRUSH map: binary, text or `ceph osd crush dump -f json`.
    CrushMap,
    /// `ceph osd tree`, as JSON or text.
    OsdTree,
    /// `ceph osd df`, as a tree or not, as JSON or text.
    OsdDf,
    /// `ceph pg dump`, as JSON or text.
    PgDump,
    /// `ceph df -f json`, with details or not.
    Df,
    /// A cluster described in YAML or JSON.
    Description,
    /// A whole state as this library saves it.
    State,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Form::OsdMap => "binary OSDMap",
            Form::OsdDump => "ceph osd dump",
            Form::Report => "ceph report",
            Form::Insights => "ceph insights",
            Form::CrushMap => "CRUSH map",
            Form::OsdTree => "ceph osd tree",
            Form::OsdDf => "ceph osd df",
            Form::PgDump => "ceph pg dump",
            Form::Df => "ceph df",
            Form::Description => "cluster description",
            Form::State => "crushlab state",
        })
    }
}
