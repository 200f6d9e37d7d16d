//! Loading a cluster from files of any kind.

mod agree;
mod error;
mod recognise;
mod text;

use std::collections::BTreeMap;
use std::io::Read;

use crushlab_crushmap::CrushMap;
use serde_json::{Map, Value};

use self::recognise::{Writing, recognise};
use self::text::{Text, clean};
use crate::cluster::{Cluster, Missing, Source, Sources};
use crate::describe::describe;
use crate::document_error::DocumentError;
use crate::form::Form;
use crate::json::{self, Dump, MapDocument, PoolCounts};
use crate::limits::memory_max;
use crate::model::{OsdMap, Time, Uuid};
use crate::osd_df::OsdDf;
use crate::osd_tree::OsdTree;
use crate::pg_dump::PgDump;
use crate::stats::{OsdStats, PgCounts, PoolStats};
use crate::warning::{Warning, code};
use crate::{plain, state_file};

pub use error::{Cause, LoadError, Place};

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
    /// The cluster; what is to be said of the files is in its `warnings`.
    pub cluster: Cluster,
    /// What each file turned out to be, in the order in which they were given.
    pub forms: Vec<Form>,
    /// What was not given, and what cannot be answered without it.
    pub missing: Vec<Missing>,
    /// What a saved state holds beside the cluster, see [`Cluster::to_state_file`]; else empty.
    pub more: Map<String, Value>,
}

/// How far gzip may blow a file up: text from Ceph shrinks to a tenth or a thirtieth.
const GZIP_RATIO_MAX: u64 = 200;
/// What a file may be blown up to in any case.
const GZIP_BYTES_FREE: u64 = 16 << 20;

/// Something, and the file that it is from.
type From<'a, T> = Option<(&'a str, T)>;

/// What the files held.
#[derive(Default)]
struct Found<'a> {
    /// The file with the OSDMap, and the cluster's identity as it has it.
    identity: From<'a, Uuid>,
    map: Option<OsdMap>,
    dump: Option<Dump>,
    is_described: bool,
    crush: From<'a, CrushMap>,
    tree: From<'a, OsdTree>,
    osd_df: From<'a, OsdDf>,
    pg_dump: From<'a, PgDump>,
    df: From<'a, BTreeMap<i64, json::DfPool>>,
    /// What `ceph report` counts of pools.
    pool_counts: Option<PoolCounts>,
    pg_counts: Option<PgCounts>,
    /// What is known of OSDs and pools from the file that the map is from.
    osds: BTreeMap<i32, OsdStats>,
    pools: BTreeMap<i64, PoolStats>,
    /// When the files were recorded, where they tell it.
    times: Vec<Time>,
    saved: From<'a, (Cluster, Map<String, Value>)>,
    warnings: Vec<Warning>,
}

impl Cluster {
    /// Loads a cluster from files of any kind, in any order: a binary OSDMap, or `ceph report` or
    /// `ceph insights`, or `ceph osd dump` with a CRUSH map (binary, text, or `ceph osd crush
    /// dump`), or `ceph osd tree` with one, which has no pools; and, where given, `ceph osd df`,
    /// `ceph pg dump`, `ceph df`. Or a description in YAML or JSON, see [`describe`], or a state
    /// that was saved, see [`Cluster::to_state_file`]. Each may be compressed with gzip, have a
    /// byte order mark, be UTF-16, and have a prompt or status lines around its value.
    ///
    /// # Errors
    /// [`LoadError`], with the file's name and the place in it; or with the names of two files
    /// that cannot be of one cluster at one time, and what they say.
    pub fn load(inputs: &[Input<'_>]) -> Result<Loaded, LoadError> {
        let mut found = Found::default();
        let mut forms = Vec::with_capacity(inputs.len());
        for input in inputs {
            forms.push(found.add(input)?);
        }
        let (cluster, more) = found.finish(inputs.len())?;
        let missing = cluster.missing();
        Ok(Loaded { cluster, forms, missing, more })
    }
}

impl<'a> Found<'a> {
    fn add(&mut self, input: &Input<'a>) -> Result<Form, LoadError> {
        let name = input.name;
        let unpacked;
        let bytes = if input.bytes.starts_with(&[0x1f, 0x8b]) {
            unpacked =
                unpack(input.bytes).map_err(|problem| LoadError::in_file(name, None, problem))?;
            &unpacked
        } else {
            input.bytes
        };
        let mut text = clean(name, bytes)?;
        let (form, writing) = recognise(name, &mut text)?;
        self.warnings.append(&mut text.warnings);
        if form == Form::OsdMap {
            let map = OsdMap::from_binary(&text.bytes);
            let map = map.map_err(|error| LoadError::caused(name, Some(form), error))?;
            self.set_map(name, map)?;
        } else if form == Form::CrushMap {
            let crush = CrushMap::read(&text.bytes);
            let crush = crush.map_err(|error| LoadError::caused(name, None, error))?;
            self.set_crush(name, crush)?;
        } else if writing == Writing::Json {
            self.add_json(name, form, &text)?;
        } else {
            self.add_text(name, form, &text)?;
        }
        Ok(form)
    }

    fn add_json(&mut self, name: &'a str, form: Form, text: &Text<'_>) -> Result<(), LoadError> {
        let bytes = &text.bytes;
        let failed = |error: DocumentError| LoadError::caused(name, Some(form), error);
        match form {
            Form::OsdDump | Form::Report | Form::Insights => {
                let document = json::read_map_document(bytes).map_err(failed)?;
                self.add_map_document(name, document)?;
            }
            Form::OsdTree => {
                set(&mut self.tree, name, form, json::read_osd_tree(bytes).map_err(failed)?)?;
            }
            Form::OsdDf => {
                set(&mut self.osd_df, name, form, json::read_osd_df(bytes).map_err(failed)?)?;
            }
            Form::PgDump => {
                let dump = json::read_pg_dump(bytes).map_err(failed)?;
                self.times.extend(dump.stamp);
                set(&mut self.pg_dump, name, form, dump)?;
            }
            Form::Df => set(&mut self.df, name, form, json::read_df(bytes).map_err(failed)?)?,
            Form::State => {
                set(&mut self.saved, name, form, state_file::read(bytes).map_err(failed)?)?;
            }
            _ => self.add_description(name, text)?,
        }
        Ok(())
    }

    fn add_text(&mut self, name: &'a str, form: Form, text: &Text<'_>) -> Result<(), LoadError> {
        let failed = |error: DocumentError| LoadError::caused(name, Some(form), error);
        let words = String::from_utf8_lossy(&text.bytes);
        match form {
            Form::OsdDump => {
                let dump = plain::read_osd_dump(&words).map_err(failed)?;
                self.set_dump(name, dump)?;
            }
            Form::OsdTree => {
                set(&mut self.tree, name, form, plain::read_osd_tree(&words).map_err(failed)?)?;
            }
            Form::OsdDf => {
                set(&mut self.osd_df, name, form, plain::read_osd_df(&words).map_err(failed)?)?;
            }
            Form::Df => {
                set(&mut self.df, name, form, plain::read_df(&words).map_err(failed)?)?;
                self.warnings.push(agree::rounded(name, "ceph df detail -f json"));
            }
            Form::PgDump => {
                let dump = plain::read_pg_dump(&words).map_err(failed)?;
                self.times.extend(dump.stamp);
                set(&mut self.pg_dump, name, form, dump)?;
            }
            _ => self.add_description(name, text)?,
        }
        Ok(())
    }

    fn add_description(&mut self, name: &'a str, text: &Text<'_>) -> Result<(), LoadError> {
        let described = describe(&String::from_utf8_lossy(&text.bytes));
        let described =
            described.map_err(|error| LoadError::caused(name, Some(Form::Description), error))?;
        self.set_map(name, described.map)?;
        self.is_described = true;
        (self.osds, self.pools) = (described.osds, described.pools);
        Ok(())
    }

    fn add_map_document(&mut self, name: &'a str, document: MapDocument) -> Result<(), LoadError> {
        match document.crush {
            Some(crush) => self.set_map(name, document.dump.with_crush(crush))?,
            None => self.set_dump(name, document.dump)?,
        }
        self.pool_counts = Some(document.pool_counts);
        self.pg_counts = document.pg_counts;
        self.pools = document.pools;
        self.times.extend(document.timestamp);
        Ok(())
    }

    /// Refuses a second OSDMap, and says so where it is one of another cluster.
    fn expect_no_map(&mut self, name: &'a str, fsid: Uuid) -> Result<(), LoadError> {
        match self.identity {
            Some((other, known)) if known != fsid => Err(LoadError::Contradiction {
                name: name.to_owned(),
                says: format!("fsid {}", uuid_text(fsid)),
                other: other.to_owned(),
                other_says: format!("fsid {}", uuid_text(known)),
            }),
            _ => set(&mut self.identity, name, Form::OsdMap, fsid),
        }
    }

    fn set_map(&mut self, name: &'a str, map: OsdMap) -> Result<(), LoadError> {
        self.expect_no_map(name, map.fsid)?;
        self.map = Some(map);
        Ok(())
    }

    fn set_dump(&mut self, name: &'a str, dump: Dump) -> Result<(), LoadError> {
        self.expect_no_map(name, dump.map.fsid)?;
        self.dump = Some(dump);
        Ok(())
    }

    fn set_crush(&mut self, name: &'a str, crush: CrushMap) -> Result<(), LoadError> {
        set(&mut self.crush, name, Form::CrushMap, crush)
    }

    fn finish(mut self, files: usize) -> Result<(Cluster, Map<String, Value>), LoadError> {
        if let Some((name, (mut cluster, more))) = self.saved {
            if files > 1 {
                let problem = "a saved state is whole: leave the other files out";
                return Err(LoadError::in_file(name, Some(Form::State), problem));
            }
            cluster.warnings.append(&mut self.warnings);
            return Ok((cluster, more));
        }
        let (map_name, map, source) = self.take_map()?;
        self.warnings.extend(self.check(map_name, &map, source)?);
        let told = |code, what: String| Warning::new(code, format!("{map_name}: {what}"));
        let unknown = map.unknown_parts().into_iter();
        self.warnings.extend(unknown.map(|part| told(code::UNKNOWN_PARTS, part.to_string())));
        let odd = map.crush.warnings().into_iter();
        self.warnings.extend(odd.map(|one| told(code::ODD_CRUSH_MAP, one.to_string())));
        let mut cluster = Cluster::new(map);
        cluster.sources = Sources { map: Some(source), ..Sources::default() };
        self.add_stats(&mut cluster, source);
        cluster.recorded_at = self.times.into_iter().min();
        cluster.warnings = self.warnings;
        Ok((cluster, Map::new()))
    }

    /// The map, the file that it is from, and how far it can be relied on.
    fn take_map(&mut self) -> Result<(&'a str, OsdMap, Source), LoadError> {
        let crush = self.crush.take();
        let recorded = |map: &OsdMap| Source::Recorded { epoch: Some(map.epoch) };
        if let Some((name, _)) = self.identity {
            match (self.map.take(), self.dump.take(), crush) {
                (Some(_), _, Some((second, _))) => {
                    let (name, first) = (second.to_owned(), name.to_owned());
                    return Err(LoadError::Twice { name, first, what: Form::CrushMap });
                }
                (Some(map), _, None) => {
                    let assumed = self.is_described.then_some(Source::Assumed);
                    let source = assumed.unwrap_or(recorded(&map));
                    return Ok((name, map, source));
                }
                (None, Some(dump), Some((crush_name, crush))) => {
                    let map = dump.with_crush(crush);
                    self.warnings.extend(agree::rules(name, crush_name, &map));
                    let source = recorded(&map);
                    return Ok((name, map, source));
                }
                (None, _, _) => {
                    let (name, form) = (name.to_owned(), Form::OsdDump);
                    return Err(LoadError::NoCrushMap { name, form });
                }
            }
        }
        // States alone make a map of OSDs, without pools.
        let tree = self.tree.as_ref().map(|(name, tree)| (*name, Form::OsdTree, tree));
        let df = self.osd_df.as_ref().map(|(name, df)| (*name, Form::OsdDf, &df.tree));
        let states = tree.or(df.filter(|(_, _, tree)| !tree.osds.is_empty()));
        match (states, crush) {
            (Some((name, _, tree)), Some((_, crush))) => {
                let map = OsdMap { crush, ..tree.map() };
                Ok((name, map, Source::Derived))
            }
            (Some((name, form, _)), None) => {
                Err(LoadError::NoCrushMap { name: name.to_owned(), form })
            }
            (None, _) => Err(LoadError::NoOsdMap),
        }
    }

    /// What is known of data and devices, the most exact of each.
    fn add_stats(&mut self, cluster: &mut Cluster, map_source: Source) {
        let base = if map_source == Source::Assumed { map_source } else { Source::Derived };
        let unknown = Source::Recorded { epoch: None };
        cluster.osds = std::mem::take(&mut self.osds);
        cluster.pools = std::mem::take(&mut self.pools);
        cluster.pg_counts = self.pg_counts.take();
        let (mut osds, mut pools) = (base, base);
        if map_source != Source::Assumed {
            pools = unknown;
        }
        let counts = self.pool_counts.take().map(|counts| counts.stats(&cluster.map));
        if let Some(counts) = counts.filter(|counts| !counts.is_empty()) {
            (cluster.pools, pools) = (counts, map_source);
        }
        if let Some((_, dump)) = self.pg_dump.take() {
            let source = Source::Recorded { epoch: dump.epoch };
            let counts = dump.pool_counts.stats(&cluster.map);
            if cluster.pools.is_empty() && !counts.is_empty() {
                (cluster.pools, pools) = (counts, source);
            }
            cluster.pgs = dump.pgs;
            cluster.sources.pgs = Some(source);
            let sizes = dump.osds.into_iter().filter_map(|(osd, stats)| Some((osd, stats?)));
            cluster.osds.extend(sizes);
            osds = source;
        }
        // What `ceph osd df` says of an OSD goes first.
        if let Some((_, df)) = self.osd_df.take() {
            let sizes = df.sizes.into_iter().filter_map(|(osd, stats)| Some((osd, stats?)));
            cluster.osds.extend(sizes);
            osds = unknown;
        }
        if let Some((_, df)) = self.df.take() {
            cluster.pools = df.into_iter().map(|(id, pool)| (id, pool.stats)).collect();
            pools = unknown;
        }
        cluster.sources.osds = (!cluster.osds.is_empty()).then_some(osds);
        cluster.sources.pools = (!cluster.pools.is_empty()).then_some(pools);
    }

    /// Refuses files that contradict the map, and warns of those that lag behind it.
    fn check(
        &self,
        name: &'a str,
        map: &OsdMap,
        source: Source,
    ) -> Result<Vec<Warning>, LoadError> {
        let mut check = agree::Check { name, map, warnings: Vec::new() };
        if let Some((file, tree)) = self.tree.as_ref().filter(|_| source != Source::Derived) {
            check.tree(file, tree)?;
        }
        if let Some((file, df)) = &self.osd_df {
            check.osd_df(file, df)?;
        }
        if let Some((file, df)) = &self.df {
            check.df(file, df)?;
        }
        if let Some((file, dump)) = &self.pg_dump {
            check.pg_dump(file, dump)?;
        }
        check.profiles();
        Ok(check.warnings)
    }
}

/// Sets what may be given once.
fn set<'a, T>(to: &mut From<'a, T>, name: &'a str, what: Form, value: T) -> Result<(), LoadError> {
    if let Some((first, _)) = to {
        let (name, first) = (name.to_owned(), (*first).to_owned());
        return Err(LoadError::Twice { name, first, what });
    }
    *to = Some((name, value));
    Ok(())
}

fn uuid_text(uuid: Uuid) -> String {
    let hex: String = uuid.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let most = (GZIP_BYTES_FREE + GZIP_RATIO_MAX * bytes.len() as u64).min(memory_max());
    let mut unpacked = Vec::new();
    let mut decoder = flate2::read::MultiGzDecoder::new(bytes).take(most + 1);
    decoder.read_to_end(&mut unpacked).map_err(|error| format!("gzip: {error}"))?;
    if unpacked.len() as u64 > most {
        return Err(format!("gzip: found more than {most} bytes, expected at most so many"));
    }
    Ok(unpacked)
}
