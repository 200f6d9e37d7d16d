//! Which command printed a document.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::document_error::DocumentError;
use crate::form::Form;

/// What a document is, and where it ends.
#[derive(Debug)]
pub(crate) struct Recognised {
    /// Its form, or what is to be said of one that is of no use.
    pub(crate) form: Result<Form, String>,
    /// Bytes until after its last brace or bracket.
    pub(crate) end: usize,
}

/// Fields by which outputs are recognised that tell nothing of where PGs are.
const NO_USE: [(&[&str], &str); 9] = [
    (&["pgmap", "health"], "ceph status"),
    (&["status", "checks"], "ceph health"),
    (&["monmap", "quorum"], "ceph quorum_status or mon dump"),
    (&["mons", "fsid"], "ceph mon dump"),
    (&["filesystems"], "ceph fs dump"),
    (&["available_modules", "active_name"], "ceph mgr dump"),
    (&["overall", "osd"], "ceph versions"),
    (&["flag", "is_active"], "ceph features"),
    (&["pgid", "info"], "ceph pg query"),
];

const EXPECTED: &str = "expected the output of ceph report, osd dump, osd crush dump, osd tree, \
                        osd df tree, pg dump or df detail, with -f json";

/// Finds out which dump a document is, and where it ends; something may follow it.
pub(crate) fn recognise(bytes: &[u8]) -> Result<Recognised, DocumentError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let top = Names.deserialize(&mut deserializer).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let offset = crate::document_error::offset_of(bytes, line, column);
        let is_cut = error.is_eof();
        let mut error = DocumentError::at_path(String::new(), &error).at_offset(bytes, offset);
        if is_cut {
            error.problem += ": the file is cut off";
        }
        error
    })?;
    // The stream knows how far it came.
    let end = deserializer.into_iter::<IgnoredAny>().byte_offset();
    let form = match form_of(&top) {
        Some(form) => Ok(form),
        None => Err(no_use(&top)),
    };
    Ok(Recognised { form, end })
}

fn form_of(top: &Top) -> Option<Form> {
    let has = |field: &str| top.has(field);
    if top.is_array {
        return has("pgid").then_some(Form::PgDump);
    }
    let form = if has("crushlab_state") {
        Form::State
    } else if has("osdmap") && has("crushmap") {
        Form::Report
    } else if has("osd_dump") {
        Form::Insights
    } else if has("osds") && has("pools") && has("epoch") || has("osd_map") {
        Form::OsdDump
    } else if has("devices") && has("buckets") {
        Form::CrushMap
    } else if has("nodes") && has("summary") {
        Form::OsdDf
    } else if has("nodes") && has("stray") {
        Form::OsdTree
    } else if has("pg_map") || has("pg_stats") {
        Form::PgDump
    } else if has("racks") || has("hosts") {
        Form::Description
    } else if has("stats") && has("pools") {
        Form::Df
    } else {
        return None;
    };
    Some(form)
}

fn no_use(top: &Top) -> String {
    let has = |field: &&str| top.names.iter().any(|name| name == *field);
    if let Some((_, command)) = NO_USE.iter().find(|(fields, _)| fields.iter().all(has)) {
        return format!("the output of {command} does not say where PGs are: {EXPECTED}");
    }
    let shown = top.names.iter().take(6).map(|name| name.chars().take(30).collect());
    let shown: Vec<String> = shown.collect();
    let kind = if top.is_array { "an array of objects" } else { "an object" };
    match shown.as_slice() {
        [] => format!("JSON of an unknown kind: {EXPECTED}"),
        fields => {
            let fields = fields.join(", ");
            format!("JSON of an unknown kind: {EXPECTED}; found {kind} with {fields}")
        }
    }
}

/// Names of the fields of an object, or of the first object of an array.
#[derive(Default)]
struct Top {
    names: Vec<String>,
    is_array: bool,
}

impl Top {
    fn has(&self, field: &str) -> bool {
        self.names.iter().any(|name| name == field)
    }
}

struct Names;

impl<'de> DeserializeSeed<'de> for Names {
    type Value = Top;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Top, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Names {
    type Value = Top;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top, A::Error> {
        let mut names = Vec::new();
        while let Some((name, _)) = map.next_entry::<String, IgnoredAny>()? {
            names.push(name);
        }
        Ok(Top { names, is_array: false })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Top, A::Error> {
        let first: Option<serde_json::Value> = seq.next_element()?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        let first = first.as_ref().and_then(serde_json::Value::as_object);
        let names = first.map(|object| object.keys().cloned().collect());
        Ok(Top { names: names.unwrap_or_default(), is_array: true })
    }
}
