//! Files that Ceph wrote, each read by crushlab and by a release's own tools: a corpus of encoded
//! objects, recorded maps, or anything else in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crushlab_compat::Io;
use crushlab_compat::crushtool::run;
use crushlab_crush::NONE;
use crushlab_crushmap::CrushMap;
use crushlab_osdmap::{OsdMap, PoolMapper, map_pool};

use crate::judge::Judge;

/// What came of some files.
#[derive(Clone, Debug, Default)]
pub struct CorpusScore {
    /// Version of the tools.
    pub judge: String,
    /// By folder: OSDMaps and CRUSH maps that were read.
    pub read: BTreeMap<String, (u64, u64)>,
    /// Files that are neither.
    pub skipped: u64,
    /// Files that the tools refuse or crash on, so that nothing could be compared.
    pub refused_by_judge: Vec<String>,
    /// Files that are written again byte for byte.
    pub written_alike: u64,
    /// PGs of OSDMaps that were compared.
    pub pgs: u64,
    /// Mappings by the rules of CRUSH maps that were compared.
    pub mappings: u64,
    /// What differed, with the file's path.
    pub differences: Vec<String>,
}

/// Reads all files in a folder and its folders. Those in a folder `OSDMap`, and those whose names
/// end in `.bin` or `.osdmap`, are OSDMaps; those in `CrushWrapper` are CRUSH maps.
///
/// # Errors
/// What the system says about files and processes.
pub fn check_corpus(folder: &Path, judge: Option<&Path>) -> io::Result<CorpusScore> {
    let judge = Judge::new(judge);
    let version = judge.version().unwrap_or_else(|| "unknown".into());
    let workplace = judge.workplace()?;
    let work = workplace.path().join("map");
    let mut score = CorpusScore { judge: version, ..CorpusScore::default() };
    for path in files(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        let bytes = fs::read(&path)?;
        let kind = kind_of(&path);
        let group = name.rsplit_once('/').map_or("", |(group, _)| group).to_owned();
        let judged = match kind {
            Kind::OsdMap => fs::write(&work, &bytes).map(|()| osd_map(&judge, &work, &bytes))?,
            Kind::CrushMap => {
                fs::write(&work, &bytes).map(|()| crush_map(&judge, &work, &bytes))?
            }
            Kind::Other => {
                score.skipped += 1;
                continue;
            }
        };
        let judged = match judged {
            Ok(judged) => judged,
            Err(difference) => {
                score.differences.push(format!("{name}: {difference}"));
                continue;
            }
        };
        let count = score.read.entry(group).or_default();
        if kind == Kind::OsdMap {
            count.0 += 1
        } else {
            count.1 += 1
        }
        score.written_alike += u64::from(judged.written_alike);
        score.pgs += judged.pgs;
        score.mappings += judged.mappings;
        if let Some(refusal) = judged.refused {
            score.refused_by_judge.push(format!("{name}: {refusal}"));
        }
        score.differences.extend(judged.difference.map(|text| format!("{name}: {text}")));
    }
    Ok(score)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    OsdMap,
    CrushMap,
    Other,
}

fn kind_of(path: &Path) -> Kind {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    let extension = path.extension().unwrap_or_default();
    if folder == "OSDMap" || extension == "osdmap" || extension == "bin" {
        Kind::OsdMap
    } else if folder == "CrushWrapper" {
        Kind::CrushMap
    } else {
        Kind::Other
    }
}

/// All files below a folder, in order.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let entry = entry?;
            let list = if entry.file_type()?.is_dir() { &mut folders } else { &mut found };
            list.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// What came of a file that was read.
#[derive(Default)]
struct Judged {
    written_alike: bool,
    pgs: u64,
    mappings: u64,
    refused: Option<String>,
    difference: Option<String>,
}

fn osd_map(judge: &Judge, work: &Path, bytes: &[u8]) -> Result<Judged, String> {
    let map = OsdMap::from_binary(bytes).map_err(|error| error.to_string())?;
    let ours = pg_lines(&map)?;
    let mut judged = Judged { written_alike: map.to_binary() == bytes, ..Judged::default() };
    let arguments = [&judge.seen(work), "--test-map-pgs-dump-all"];
    let output = judge.run("osdmaptool", &arguments).map_err(|error| error.to_string())?;
    if !output.status.success() {
        judged.refused = Some(output.status.to_string());
        return Ok(judged);
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let theirs: Vec<&str> = text.lines().filter(|line| line.contains(" raw (")).collect();
    judged.pgs = ours.len() as u64;
    judged.difference = difference(&ours, &theirs);
    Ok(judged)
}

/// Every rule, mapped by both tools.
fn crush_map(judge: &Judge, work: &Path, bytes: &[u8]) -> Result<Judged, String> {
    let map = CrushMap::from_binary(bytes).map_err(|error| error.to_string())?;
    let mut judged = Judged { written_alike: map.to_binary() == bytes, ..Judged::default() };
    for replicas in ["1", "3", "5"] {
        let options = ["--test", "--show-mappings", "--max-x", "199", "--num-rep", replicas];
        let seen = judge.seen(work);
        let arguments: Vec<&str> = ["-i", &seen].into_iter().chain(options).collect();
        let output = judge.run("crushtool", &arguments).map_err(|error| error.to_string())?;
        if !output.status.success() {
            judged.refused = Some(output.status.to_string());
            return Ok(judged);
        }
        let arguments: Vec<String> = ["-i", &work.to_string_lossy()].map(str::to_owned).into();
        let arguments: Vec<String> =
            arguments.into_iter().chain(options.map(str::to_owned)).collect();
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let (stdin, stdin_is_terminal) = (&mut io::empty(), false);
        run(
            &arguments,
            &mut Io { stdin, stdin_is_terminal, stdout: &mut stdout, stderr: &mut stderr },
        );
        let mappings = |text: &[u8]| -> Vec<String> {
            let text = String::from_utf8_lossy(text);
            text.lines().filter(|line| line.starts_with("CRUSH")).map(str::to_owned).collect()
        };
        let (ours, theirs) = (mappings(&stdout), mappings(&output.stdout));
        judged.mappings += theirs.len() as u64;
        let theirs: Vec<&str> = theirs.iter().map(String::as_str).collect();
        judged.difference = judged.difference.or(difference(&ours, &theirs));
    }
    Ok(judged)
}

/// The first line that differs.
fn difference(ours: &[String], theirs: &[&str]) -> Option<String> {
    let differ = ours.iter().zip(theirs).filter(|(ours, theirs)| ours != theirs);
    let count = differ.clone().count() + ours.len().abs_diff(theirs.len());
    let first = differ.map(|(ours, theirs)| format!("{theirs:?}, ours {ours:?}")).next();
    (count > 0).then(|| {
        let first = first.unwrap_or_else(|| "the end of one".into());
        format!("{count} of {} lines differ, first {first}", theirs.len())
    })
}

fn list(osds: &[i32], primary: i32) -> String {
    let osds: Vec<String> = osds.iter().map(i32::to_string).collect();
    format!("([{}], p{primary})", osds.join(","))
}

/// The lines of `osdmaptool --test-map-pgs-dump-all` that tell of PGs.
fn pg_lines(map: &OsdMap) -> Result<Vec<String>, String> {
    let crush = map.crush.map().map_err(|error| error.to_string())?;
    let mut lines = Vec::new();
    for id in map.pools.keys() {
        let mapper = PoolMapper::new(map, &crush, *id).map_err(|error| error.to_string())?;
        for (seed, pg) in map_pool(&mapper, NonZeroUsize::MIN).iter().enumerate() {
            let raw_primary = pg.raw.iter().copied().find(|osd| *osd != NONE).unwrap_or(-1);
            let raw = list(pg.raw, raw_primary);
            let up = list(pg.up, pg.up_primary);
            let acting = list(pg.acting, pg.acting_primary);
            lines.push(format!("{id}.{seed:x} raw {raw} up {up} acting {acting}"));
        }
    }
    Ok(lines)
}
