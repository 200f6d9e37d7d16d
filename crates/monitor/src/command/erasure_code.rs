//! What a cluster has to know of an erasure code: its chunks, their alignment, its CRUSH rule.
//!
//! Defaults and alignments are those of Ceph's plugins (ErasureCodeJerasure.cc, ErasureCodeIsa.cc,
//! ErasureCodeShec.cc, ErasureCodeClay.cc, ErasureCodeLrc.cc), compared with what 16.2.15 makes of
//! profiles.

use std::collections::BTreeMap;

use crushlab_osdmap::model::Release;

use super::error::Refusal;
use super::pending::Pending;
use super::size::iec_bytes;

/// The settings of a profile by name.
pub(super) type Profile = BTreeMap<String, String>;

/// An erasure code.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ErasureCode {
    /// Data chunks.
    pub(super) data_chunks: u8,
    /// Coding chunks, local parities included.
    pub(super) coding_chunks: u8,
    /// Bytes that a stripe is padded to a multiple of.
    alignment: u64,
    /// Bucket that its rule takes.
    pub(super) root: String,
    /// Type of which no two chunks share a bucket.
    pub(super) failure_domain: String,
    /// Device class that its rule keeps to; empty for none.
    pub(super) device_class: String,
    /// Buckets of that type that hold chunks; 0 for as many as there are chunks.
    pub(super) failure_domains: i32,
    /// OSDs that hold chunks in each; 0 or 1 for one (Squid and later).
    pub(super) osds_per_failure_domain: i32,
    /// Whether its rule chooses leaves of buckets even where these are OSDs themselves.
    pub(super) always_chooses_leaves: bool,
}

impl ErasureCode {
    /// The code of a profile of the cluster.
    pub(super) fn of_profile(pending: &Pending<'_>, name: &str) -> Result<ErasureCode, Refusal> {
        let profile = pending.before.erasure_code_profiles.get(name).ok_or_else(|| {
            Refusal::missing(format!("erasure-code-profile {name} does not exist: set it first"))
        })?;
        let (code, _) = ErasureCode::read(profile, pending.release())?;
        Ok(code)
    }

    /// Reads a profile as a release does; returns it with the defaults of its plugin filled in.
    pub(super) fn read(
        profile: &Profile,
        release: Release,
    ) -> Result<(ErasureCode, Profile), Refusal> {
        let mut profile = profile.clone();
        default(&mut profile, "crush-root", "default");
        default(&mut profile, "crush-failure-domain", "host");
        default(&mut profile, "crush-device-class", "");
        let (mut failure_domains, mut osds_per_failure_domain) = (0, 0);
        if release >= Release::SQUID {
            failure_domains = signed(&mut profile, "crush-num-failure-domains")?;
            osds_per_failure_domain = signed(&mut profile, "crush-osds-per-failure-domain")?;
        }
        let plugin = profile.get("plugin").cloned().unwrap_or_default();
        let (data_chunks, coding_chunks, alignment) = match plugin.as_str() {
            "jerasure" => jerasure(&mut profile)?,
            "isa" => isa(&mut profile)?,
            "shec" => shec(&mut profile)?,
            "clay" => clay(&mut profile)?,
            "lrc" => lrc(&profile)?,
            _ => {
                return Err(Refusal::invalid(format!(
                    "plugin is '{plugin}': expected jerasure, isa, shec, clay or lrc"
                )));
            }
        };
        let setting = |name: &str| profile.get(name).cloned().unwrap_or_default();
        let code = ErasureCode {
            data_chunks,
            coding_chunks,
            alignment,
            root: setting("crush-root"),
            failure_domain: setting("crush-failure-domain"),
            device_class: setting("crush-device-class"),
            failure_domains,
            osds_per_failure_domain,
            always_chooses_leaves: plugin == "lrc",
        };
        Ok((code, profile))
    }

    /// All chunks: the size of a pool.
    pub(super) fn chunks(&self) -> u8 {
        self.data_chunks.saturating_add(self.coding_chunks)
    }

    /// `min_size` of a new pool: one chunk more than the data needs, if there is one.
    pub(super) fn min_size(&self) -> u8 {
        self.data_chunks + self.coding_chunks.saturating_sub(1).min(1)
    }

    /// Bytes of a chunk when stripes are to have chunks of this many bytes (`get_chunk_size`).
    pub(super) fn chunk_bytes(&self, stripe_unit_bytes: u64) -> u64 {
        let data_chunks = u64::from(self.data_chunks);
        let stripe = stripe_unit_bytes.saturating_mul(data_chunks);
        let padded = stripe.div_ceil(self.alignment).saturating_mul(self.alignment);
        padded / data_chunks
    }
}

fn default(profile: &mut Profile, name: &str, value: &str) {
    let given = profile.get(name).is_some_and(|value| !value.is_empty());
    if !given {
        profile.insert(name.to_owned(), value.to_owned());
    }
}

/// A setting that is a number; the default is filled in where it is missing.
fn number(profile: &mut Profile, name: &str, value: u8) -> Result<u8, Refusal> {
    default(profile, name, &value.to_string());
    given_number(profile, name)
}

/// A setting that is a number of either sign; 0 where it is missing.
fn signed(profile: &mut Profile, name: &str) -> Result<i32, Refusal> {
    default(profile, name, "0");
    let text = profile.get(name).map_or("", String::as_str);
    text.parse().map_err(|_| Refusal::invalid(format!("{name}={text}: expected a whole number")))
}

fn given_number(profile: &Profile, name: &str) -> Result<u8, Refusal> {
    let text = profile.get(name).map_or("", String::as_str);
    text.parse()
        .map_err(|_| Refusal::invalid(format!("{name}={text}: expected a number below 256")))
}

fn bytes(profile: &mut Profile, name: &str, value: u64) -> Result<u64, Refusal> {
    default(profile, name, &value.to_string());
    let text = profile.get(name).map_or("", String::as_str);
    iec_bytes(text)
        .filter(|bytes| (1..=1 << 30).contains(bytes))
        .ok_or_else(|| Refusal::invalid(format!("{name}={text}: expected a number of bytes")))
}

/// Checks the number of data and coding chunks.
fn chunks(data: u8, coding: u8) -> Result<(u8, u8), Refusal> {
    if data < 2 {
        return Err(Refusal::invalid(format!("k={data}: expected 2 data chunks or more")));
    }
    if coding < 1 {
        return Err(Refusal::invalid(format!("m={coding}: expected 1 coding chunk or more")));
    }
    if data.checked_add(coding).is_none() {
        return Err(Refusal::invalid(format!("k={data}, m={coding}: expected 255 chunks at most")));
    }
    Ok((data, coding))
}

/// Bytes that vector instructions like data to be aligned to.
const VECTOR_BYTES: u64 = 16;
const WORD_BYTES: u64 = 4;

fn jerasure(profile: &mut Profile) -> Result<(u8, u8, u64), Refusal> {
    default(profile, "technique", "reed_sol_van");
    let technique = profile.get("technique").cloned().unwrap_or_default();
    let (k, m, w) = match technique.as_str() {
        "reed_sol_van" | "cauchy_orig" | "cauchy_good" => (7, 3, 8),
        "reed_sol_r6_op" => (7, 2, 8),
        "liberation" | "blaum_roth" => (2, 2, 7),
        "liber8tion" => (2, 2, 8),
        _ => {
            return Err(Refusal::missing(format!(
                "technique={technique}: expected one of reed_sol_van, reed_sol_r6_op, \
                 cauchy_orig, cauchy_good, liberation, blaum_roth, liber8tion"
            )));
        }
    };
    let (k, m) = chunks(number(profile, "k", k)?, number(profile, "m", m)?)?;
    let w = u64::from(number(profile, "w", w)?);
    let has_two_only =
        matches!(technique.as_str(), "reed_sol_r6_op" | "liberation" | "blaum_roth" | "liber8tion");
    if has_two_only && m != 2 {
        return Err(Refusal::invalid(format!("m={m}: expected 2, as technique is {technique}")));
    }
    if technique.starts_with("reed_sol") && !matches!(w, 8 | 16 | 32) {
        return Err(Refusal::invalid(format!("w={w}: expected 8, 16 or 32")));
    }
    let is_van_or_cauchy = technique == "reed_sol_van" || technique.starts_with("cauchy");
    if is_van_or_cauchy {
        default(profile, "jerasure-per-chunk-alignment", "false");
    }
    let unit = if technique.starts_with("reed_sol") {
        w * WORD_BYTES
    } else {
        w.max(1) * bytes(profile, "packetsize", 2048)? * WORD_BYTES
    };
    let per_chunk = profile.get("jerasure-per-chunk-alignment").is_some_and(|v| v == "true");
    if per_chunk && technique == "reed_sol_van" {
        return Ok((k, m, u64::from(k) * w * VECTOR_BYTES));
    }
    if per_chunk {
        return Err(Refusal::invalid(
            "jerasure-per-chunk-alignment with a Cauchy technique is not followed here",
        ));
    }
    let is_aligned = unit.is_multiple_of(VECTOR_BYTES);
    let unit = if is_aligned { unit } else { unit / WORD_BYTES * VECTOR_BYTES };
    Ok((k, m, u64::from(k) * unit))
}

fn isa(profile: &mut Profile) -> Result<(u8, u8, u64), Refusal> {
    const ALIGNMENT: u64 = 32;
    default(profile, "technique", "reed_sol_van");
    let (k, m) = chunks(number(profile, "k", 7)?, number(profile, "m", 3)?)?;
    let technique = profile.get("technique").cloned().unwrap_or_default();
    if !matches!(technique.as_str(), "reed_sol_van" | "cauchy") {
        return Err(Refusal::missing(format!(
            "technique={technique}: expected reed_sol_van or cauchy"
        )));
    }
    Ok((k, m, u64::from(k) * ALIGNMENT))
}

fn shec(profile: &mut Profile) -> Result<(u8, u8, u64), Refusal> {
    const WORD_BITS: u64 = 8;
    default(profile, "technique", "multiple");
    let given = |name| profile.get(name).is_some_and(|value| !value.is_empty());
    if !given("k") && !given("m") && !given("c") {
        return Ok((4, 3, 4 * WORD_BITS * WORD_BYTES));
    }
    let all =
        (given_number(profile, "k")?, given_number(profile, "m")?, given_number(profile, "c")?);
    let (k, m, c) = all;
    if !(1..=m).contains(&c) || m > k || k > 12 || k.saturating_add(m) > 20 {
        return Err(Refusal::invalid(format!(
            "k={k}, m={m}, c={c}: expected c <= m <= k <= 12 and at most 20 chunks"
        )));
    }
    Ok((k, m, u64::from(k) * WORD_BITS * WORD_BYTES))
}

fn clay(profile: &mut Profile) -> Result<(u8, u8, u64), Refusal> {
    /// Alignment of the scalar code inside, jerasure with two and two chunks.
    const SCALAR_BYTES: u64 = 32;
    let (k, m) = chunks(number(profile, "k", 4)?, number(profile, "m", 2)?)?;
    let d = number(profile, "d", k + m - 1)?;
    if !(k..k + m).contains(&d) {
        let highest = k + m - 1;
        return Err(Refusal::invalid(format!("d={d}: expected {k} to {highest}")));
    }
    let q = u32::from(d - k + 1);
    let t = u32::from(k + m).div_ceil(q);
    let sub_chunks = u64::from(q).checked_pow(t).filter(|count| *count <= 1 << 20);
    let sub_chunks = sub_chunks.ok_or_else(|| {
        Refusal::invalid(format!("k={k}, m={m}, d={d}: too many sub-chunks, expected a lower d"))
    })?;
    Ok((k, m, sub_chunks * u64::from(k) * SCALAR_BYTES))
}

fn lrc(profile: &Profile) -> Result<(u8, u8, u64), Refusal> {
    const ALIGNMENT: u64 = 32;
    let has = |name| profile.get(name).is_some_and(|value: &String| !value.is_empty());
    if has("layers") || has("mapping") || has("crush-locality") || has("crush-steps") {
        return Err(Refusal::invalid(
            "lrc with layers, mapping, crush-steps or crush-locality is not followed here: \
             expected k, m and l",
        ));
    }
    let (k, m) = chunks(given_number(profile, "k")?, given_number(profile, "m")?)?;
    let l = given_number(profile, "l")?;
    let groups = (k + m).checked_div(l).filter(|groups| groups * l == k + m);
    let fits = |groups: &u8| k % groups == 0 && m % groups == 0;
    let groups = groups.filter(fits).ok_or_else(|| {
        Refusal::invalid(format!(
            "k={k}, m={m}, l={l}: expected k + m to be a multiple of l, and k and m of (k + m) / l"
        ))
    })?;
    Ok((k, m.saturating_add(groups), u64::from(k) * ALIGNMENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(settings: &str) -> Result<ErasureCode, Refusal> {
        let pairs = settings.split(' ').filter_map(|pair| pair.split_once('='));
        let profile = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        ErasureCode::read(&profile, Release::PACIFIC).map(|(code, _)| code)
    }

    /// Sizes and stripe widths of pools that 16.2.15 made of these profiles
    /// (`ceph osd erasure-code-profile set`, `ceph osd pool create`, `ceph osd pool ls detail`).
    #[test]
    fn pools_get_the_stripes_that_ceph_gives_them() {
        for (settings, size, min_size, stripe_width) in [
            ("plugin=jerasure k=2 m=1", 3, 2, 8192),
            ("plugin=jerasure k=3 m=2 technique=cauchy_good packetsize=512", 5, 4, 49_152),
            ("plugin=jerasure k=3 m=2 technique=cauchy_good", 5, 4, 196_608),
            ("plugin=jerasure k=2 m=2 technique=liberation", 4, 3, 114_688),
            ("plugin=jerasure k=3 m=2 technique=blaum_roth", 5, 4, 172_032),
            ("plugin=jerasure k=3 m=2 technique=liber8tion", 5, 4, 196_608),
            ("plugin=isa k=4 m=2", 6, 5, 16_384),
            ("plugin=shec k=4 m=3 c=2", 7, 5, 16_384),
            ("plugin=clay k=4 m=2", 6, 5, 16_384),
            ("plugin=lrc k=4 m=2 l=3", 8, 5, 16_384),
            ("plugin=jerasure k=3 m=1 w=16", 4, 3, 12_288),
        ] {
            let code = code(settings).unwrap_or_else(|error| panic!("{settings}: {error}"));
            assert_eq!((code.chunks(), code.min_size()), (size, min_size), "{settings}");
            let width = code.chunk_bytes(4096) * u64::from(code.data_chunks);
            assert_eq!(width, stripe_width, "{settings}");
        }
    }

    #[test]
    fn codes_that_cannot_be_are_refused() {
        for settings in [
            "plugin=jerasure k=1 m=1",
            "plugin=jerasure k=2 m=0",
            "plugin=jerasure k=2 m=x",
            "plugin=jerasure k=200 m=200",
            "plugin=jerasure k=2 m=3 technique=reed_sol_r6_op",
            "plugin=jerasure k=2 m=1 w=9",
            "plugin=jerasure k=2 m=2 technique=none",
            "plugin=clay k=4 m=2 d=7",
            "plugin=lrc k=4 m=2",
            "plugin=none k=4 m=2",
            "k=4 m=2",
        ] {
            assert!(code(settings).is_err(), "{settings}");
        }
    }
}
