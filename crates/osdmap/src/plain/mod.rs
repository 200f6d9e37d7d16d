//! What Ceph's commands print for people, without `-f json`.
//!
//! `ceph osd dump` has all that placement needs but for the CRUSH map and the profiles of erasure
//! codes; `ceph osd tree` has states, and `ceph pg dump` counts. Other outputs are recognised, so
//! that an error can say what to record instead.

mod df;
mod osd_dump;
mod pg_dump;
mod pool;
mod table;

use crate::form::Form;

pub(crate) use df::read_df;
pub(crate) use osd_dump::read_osd_dump;
pub(crate) use pg_dump::read_pg_dump;
pub(crate) use table::{read_osd_df, read_osd_tree};

/// Lines in which the words are looked for that outputs start with.
const FIRST_LINES: usize = 50;

/// Whether a line is one of a CRUSH map's text, and of nothing else.
pub(crate) fn is_crush_line(line: &str) -> bool {
    let mut words = line.split_whitespace();
    match (words.next(), words.next()) {
        (Some("device" | "type"), Some(id)) => id.bytes().all(|byte| byte.is_ascii_digit()),
        (Some("tunable"), Some(_)) => true,
        (Some("#"), Some("begin")) => line.contains("crush map"),
        (Some("rule" | "choose_args"), _) => line.trim_end().ends_with('{'),
        _ => false,
    }
}

/// Which command printed a text; or what is to be said of one that is of no use as it is. `None`
/// for what is no output that is known.
pub(crate) fn recognise(text: &str) -> Option<Result<Form, String>> {
    let lines = || text.lines().take(FIRST_LINES).map(str::trim_end);
    if lines().any(|line| line.starts_with("epoch ")) && lines().any(|l| l.starts_with("fsid ")) {
        let is_dump = text.lines().any(|line| line.starts_with("max_osd "));
        return Some(if is_dump {
            Ok(Form::OsdDump)
        } else {
            Err(instead("a map that ceph mon dump or fs dump prints", "ceph osd dump -f json"))
        });
    }
    lines().find_map(|line| {
        let has = |word: &str| line.split_whitespace().any(|found| found == word);
        let starts = |word: &str| line.trim_start_matches(['#', ' ']).starts_with(word);
        if starts("PG_STAT") || starts("pg_stat") {
            Some(Ok(Form::PgDump))
        } else if (starts("ID") || starts("id")) && (has("%USE") || has("SIZE")) {
            Some(Ok(Form::OsdDf))
        } else if (starts("ID") || starts("id")) && (has("REWEIGHT") || has("reweight")) {
            Some(Ok(Form::OsdTree))
        } else if line.contains("RAW STORAGE") || starts("GLOBAL:") {
            Some(Ok(Form::Df))
        } else if starts("cluster:") || starts("cluster ") && text.contains("health") {
            let what = "the plain output of ceph status, which does not say where PGs are";
            Some(Err(instead(what, "ceph report")))
        } else if starts("HEALTH_") {
            let what = "the output of ceph health, which does not say where PGs are";
            Some(Err(instead(what, "ceph report")))
        } else {
            None
        }
    })
}

fn instead(what: &str, command: &str) -> String {
    format!("this is {what}: record the output of {command} instead")
}
