//! Loading a cluster from files of any kind.

use std::fmt;
use std::io::Read;

use crushlab_crushmap::{CrushMap, ReadError};

use crate::binary::DecodeError;
use crate::cluster::{Cluster, Missing};
use crate::describe::{describe, looks_like_yaml};
use crate::document_error::DocumentError;
use crate::form::Form;
use crate::json;
use crate::model::OsdMap;

/// One file: its name, for messages, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What is in it, compressed with gzip or not.
    pub bytes: &'a [u8],
}

/// A cluster that was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The cluster.
    pub cluster: Cluster,
    /// What each file turned out to be, in the order in which they were given.
    pub forms: Vec<Form>,
    /// What was not given, and what cannot be answered without it.
    pub missing: Vec<Missing>,
}

/// Why no cluster could be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// A file is damaged or not what it seems to be.
    File {
        /// Its name.
        name: String,
        /// What it seems to be.
        form: Option<Form>,
        /// What is wrong, and where.
        problem: String,
    },
    /// Two files tell the same.
    Twice {
        /// The second of them.
        name: String,
        /// The first of them.
        first: String,
        /// What both are or hold.
        what: Form,
    },
    /// No file has an OSDMap.
    NoOsdMap,
    /// There is an OSDMap without a CRUSH map.
    NoCrushMap {
        /// The file that has the OSDMap.
        name: String,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::File { name, form: Some(form), problem } => {
                write!(f, "{name}: {form}: {problem}")
            }
            LoadError::File { name, form: None, problem } => write!(f, "{name}: {problem}"),
            LoadError::Twice { name, first, what } => write!(
                f,
                "{name}: holds a {what}, and so does {first}: expected one; leave one file out"
            ),
            LoadError::NoOsdMap => f.write_str(
                "no file holds an OSDMap: expected the output of ceph osd getmap, ceph report, \
                 or ceph osd dump -f json together with ceph osd crush dump -f json",
            ),
            LoadError::NoCrushMap { name } => write!(
                f,
                "{name}: ceph osd dump holds no CRUSH map: add the output of ceph osd crush dump \
                 -f json or ceph osd getcrushmap"
            ),
        }
    }
}

impl std::error::Error for LoadError {}

/// How far gzip may blow a file up: text from Ceph shrinks to a tenth or a thirtieth.
const GZIP_RATIO_MAX: u64 = 200;
/// What a file may be blown up to in any case.
const GZIP_BYTES_FREE: u64 = 16 << 20;

/// What the files held.
#[derive(Default)]
struct Found<'a> {
    osd_map: Option<(&'a str, OsdMap)>,
    osd_dump: Option<(&'a str, Vec<u8>)>,
    crush: Option<(&'a str, CrushMap)>,
    osd_df: Option<&'a str>,
    pg_dump: Option<&'a str>,
    df: Option<&'a str>,
    cluster: Cluster,
}

impl Cluster {
    /// Loads a cluster from files of any kind, in any order: a binary OSDMap, or `ceph report`,
    /// or `ceph osd dump` with a CRUSH map (binary, text, or `ceph osd crush dump`); and, where
    /// given, `ceph osd df`, `ceph pg dump`, `ceph df`. Or a description in YAML or JSON, see
    /// [`describe`]. Each may be compressed with gzip.
    ///
    /// # Errors
    /// [`LoadError`], with the file's name and the place in it.
    pub fn load(inputs: &[Input<'_>]) -> Result<Loaded, LoadError> {
        let mut found = Found::default();
        let mut forms = Vec::with_capacity(inputs.len());
        for input in inputs {
            forms.push(found.add(input)?);
        }
        let cluster = found.finish()?;
        let missing = cluster.missing();
        Ok(Loaded { cluster, forms, missing })
    }
}

/// What is wrong with a file that may be a CRUSH map.
fn problem_of(error: &ReadError) -> String {
    match error {
        ReadError::Unknown { offset } => format!(
            "byte {offset}: found a byte that no text has: expected an OSDMap (ceph osd getmap), \
             a CRUSH map (ceph osd getcrushmap), YAML, or what a ceph command prints with -f json"
        ),
        _ => error.to_string(),
    }
}

impl<'a> Found<'a> {
    fn add(&mut self, input: &Input<'a>) -> Result<Form, LoadError> {
        let name = input.name;
        let file = |form, problem: String| LoadError::File { name: name.to_owned(), form, problem };
        let unpacked;
        let bytes = if input.bytes.starts_with(&[0x1f, 0x8b]) {
            unpacked = unpack(input.bytes).map_err(|problem| file(None, problem))?;
            &unpacked
        } else {
            input.bytes
        };
        let form = form_of(bytes).map_err(|problem| file(None, problem))?;
        let failed = |error: DocumentError| file(Some(form), error.to_string());
        match form {
            Form::OsdMap => {
                let decode = |error: DecodeError| file(Some(form), error.to_string());
                let map = OsdMap::from_binary(bytes).map_err(decode)?;
                self.set_map(name, map)?;
            }
            Form::Report => self.set_map(name, json::read_report(bytes).map_err(failed)?)?,
            Form::OsdDump => {
                self.expect_no_map(name)?;
                self.osd_dump = Some((name, bytes.to_vec()));
            }
            Form::CrushMap => {
                let crush =
                    CrushMap::read(bytes).map_err(|error| file(None, problem_of(&error)))?;
                let first = self.crush.as_ref().map(|(first, _)| *first);
                once(name, first, form)?;
                self.crush = Some((name, crush));
            }
            Form::OsdDf => {
                once(name, self.osd_df.replace(name), form)?;
                let osds = json::read_osd_df(bytes).map_err(failed)?;
                self.cluster.osds.extend(osds);
            }
            Form::PgDump => {
                once(name, self.pg_dump.replace(name), form)?;
                let (pgs, osds) = json::read_pg_dump(bytes).map_err(failed)?;
                self.cluster.pgs = pgs;
                for (osd, stats) in osds {
                    // What `ceph osd df` says of an OSD goes first.
                    self.cluster.osds.entry(osd).or_insert(stats);
                }
            }
            Form::Df => {
                once(name, self.df.replace(name), form)?;
                self.cluster.pools = json::read_df(bytes).map_err(failed)?;
            }
            Form::Description => {
                let text = String::from_utf8_lossy(bytes);
                let Cluster { map, osds, pools, .. } = describe(&text).map_err(failed)?;
                self.set_map(name, map)?;
                self.cluster.osds.extend(osds);
                self.cluster.pools.extend(pools);
            }
        }
        Ok(form)
    }

    fn expect_no_map(&self, name: &str) -> Result<(), LoadError> {
        let map = self.osd_map.as_ref().map(|(first, _)| *first);
        let dump = self.osd_dump.as_ref().map(|(first, _)| *first);
        once(name, map.or(dump), Form::OsdMap)
    }

    fn set_map(&mut self, name: &'a str, map: OsdMap) -> Result<(), LoadError> {
        self.expect_no_map(name)?;
        self.osd_map = Some((name, map));
        Ok(())
    }

    fn finish(self) -> Result<Cluster, LoadError> {
        let map = match (self.osd_map, self.osd_dump, self.crush) {
            (Some((map_name, _)), _, Some((name, _))) => {
                return once(name, Some(map_name), Form::CrushMap).and(Err(LoadError::NoOsdMap));
            }
            (Some((_, map)), _, None) => map,
            (None, Some((name, bytes)), Some((_, crush))) => json::read_osd_dump(&bytes, crush)
                .map_err(|error| LoadError::File {
                    name: name.to_owned(),
                    form: Some(Form::OsdDump),
                    problem: error.to_string(),
                })?,
            (None, Some((name, _)), None) => {
                return Err(LoadError::NoCrushMap { name: name.to_owned() });
            }
            (None, None, _) => return Err(LoadError::NoOsdMap),
        };
        Ok(Cluster { map, ..self.cluster })
    }
}

/// Refuses a second file of a kind.
fn once(name: &str, first: Option<&str>, what: Form) -> Result<(), LoadError> {
    match first {
        None => Ok(()),
        Some(first) => {
            Err(LoadError::Twice { name: name.to_owned(), first: first.to_owned(), what })
        }
    }
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let most = GZIP_BYTES_FREE + GZIP_RATIO_MAX * bytes.len() as u64;
    let mut unpacked = Vec::new();
    let mut decoder = flate2::read::MultiGzDecoder::new(bytes).take(most + 1);
    decoder.read_to_end(&mut unpacked).map_err(|error| format!("gzip: {error}"))?;
    if unpacked.len() as u64 > most {
        return Err(format!("gzip: found more than {most} bytes, expected at most so many"));
    }
    Ok(unpacked)
}

/// First byte of a binary OSDMap: the version of its wrapper, or of the form before it.
const OSD_MAP_VERSIONS: std::ops::RangeInclusive<u8> = 1..=8;
/// The number that all binary CRUSH maps start with.
const CRUSH_MAGIC: [u8; 4] = [0, 0, 1, 0];

fn form_of(bytes: &[u8]) -> Result<Form, String> {
    if bytes.starts_with(&CRUSH_MAGIC) {
        return Ok(Form::CrushMap);
    }
    match bytes.trim_ascii_start().first() {
        None => return Err("the file is empty".to_owned()),
        Some(b'{') => {}
        Some(_) => {
            if bytes.first().is_some_and(|byte| OSD_MAP_VERSIONS.contains(byte)) {
                return Ok(Form::OsdMap);
            }
            let is_yaml = std::str::from_utf8(bytes).is_ok_and(looks_like_yaml);
            return Ok(if is_yaml { Form::Description } else { Form::CrushMap });
        }
    }
    let form = json::recognise(bytes).map_err(|error| format!("JSON: {error}"))?;
    form.ok_or_else(|| {
        "JSON of an unknown kind: expected the output of ceph report, osd dump, osd crush dump, \
         osd df tree, pg dump or df detail, with -f json"
            .to_owned()
    })
}
