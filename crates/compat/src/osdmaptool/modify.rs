//! Changes of the map: marks, CRUSH weights, temps, another CRUSH map.

use crushlab_crushmap::CrushMap;
use crushlab_crushmap::edit::WeightSets;
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::{
    AddressForm, Addresses, CrushAsRead, Encoding, FULL_WEIGHT, Frame, MergeMeta, OsdXinfo, Pool,
    Release, Time, state,
};

use super::options::Options;
use super::usage::usage;
use crate::console::Console;
use crate::number::{general, leading_float, leading_integer};
use crate::stop::{Outcome, Stop};
use crate::{files, number};

/// Makes all changes that the options ask for; whether they are to be kept.
pub(crate) fn modify(
    map: &mut OsdMap,
    options: &Options,
    console: &mut Console<'_>,
) -> Outcome<bool> {
    if options.mark_up_in {
        mark_all_up_in(map, console)?;
    }
    mark(map, options, console)?;
    let mut kept = adjust_crush_weights(map, options, console)?;
    if options.clear_temp {
        console.line("clearing pg/primary temp")?;
        map.pg_temp.clear();
        map.primary_temp.clear();
    }
    if options.clean_temps {
        // osdmaptool works out what to clean and then forgets it.
        console.line("cleaning pg temps")?;
    }
    kept |= options.upmap.run(map, options.save, console)?;
    kept |= import_crush(map, options, console)?;
    export_crush(map, options, console)?;
    Ok(kept)
}

fn mark_all_up_in(map: &mut OsdMap, console: &mut Console<'_>) -> Outcome {
    console.line("marking all OSDs up and in")?;
    for state in &mut map.osd_states {
        *state |= state::UP | state::EXISTS;
    }
    map.osd_weights.fill(FULL_WEIGHT);
    let weightless = (0..map.max_osd() as i32).filter(|osd| map.crush.item_weight(*osd) == Some(0));
    for osd in weightless.collect::<Vec<i32>>() {
        set_crush_weight(&mut map.crush, osd, 1.0);
    }
    Ok(())
}

fn mark(map: &mut OsdMap, options: &Options, console: &mut Console<'_>) -> Outcome {
    let osd_of =
        |map: &OsdMap, number: i32| usize::try_from(number).ok().filter(|osd| *osd < map.max_osd());
    if let Some(osd) = osd_of(map, options.mark_out) {
        console.line(&format!("marking OSD@{osd} as out"))?;
        map.osd_states[osd] |= state::UP;
        map.osd_weights[osd] = 0;
    }
    if let Some(osd) = osd_of(map, options.mark_up) {
        console.line(&format!("marking OSD@{osd} as up"))?;
        map.osd_states[osd] |= state::UP;
    }
    if osd_of(map, options.mark_in).is_some() {
        // osdmaptool means the OSD of --mark-up here.
        console.line(&format!("marking OSD@{} as up", options.mark_up))?;
        if let Some(osd) = osd_of(map, options.mark_up) {
            map.osd_weights[osd] = FULL_WEIGHT;
            map.osd_states[osd] |= state::EXISTS;
        }
    }
    Ok(())
}

fn adjust_crush_weights(
    map: &mut OsdMap,
    options: &Options,
    console: &mut Console<'_>,
) -> Outcome<bool> {
    let mut kept = false;
    for pair in options.crush_weights.split(',').filter(|pair| !pair.is_empty()) {
        let Some((osd, weight)) = pair.split_once(':') else {
            let problem = "osdmaptool: use ':' as separator of osd id and its weight";
            usage(problem, options.release, console)?;
            return Ok(kept);
        };
        if !starts_as_number(osd) || !starts_as_number(weight) {
            let problem = format!("found '{pair}', expected OSD:WEIGHT, such as 3:1.5");
            return Err(Stop::error(format!("osdmaptool: --adjust-crush-weight: {problem}")));
        }
        let (osd, weight) = (leading_integer(osd), leading_float(weight) as f32);
        set_crush_weight(&mut map.crush, osd, weight);
        let printed = general(weight.into(), number::STREAM_DIGITS);
        console.line(&format!("Adjusted osd.{osd} CRUSH weight to {printed}"))?;
        if options.save {
            next_epoch(map);
            kept = true;
        }
    }
    Ok(kept)
}

fn starts_as_number(text: &str) -> bool {
    let start = text.trim_start().trim_start_matches(['+', '-', '.']);
    start.starts_with(|first: char| first.is_ascii_digit())
}

/// Gives an OSD this weight wherever it is. Where it is nowhere, or the weight cannot be, nothing
/// changes, and osdmaptool does not care either.
fn set_crush_weight(crush: &mut CrushMap, osd: i32, weight: f32) {
    if let Some(name) = crush.item_name(osd).map(str::to_owned) {
        let _ = crush.reweight_item(&name, weight, WeightSets::Update);
    }
}

/// What applying any change does beside the change (`OSDMap::apply_incremental`).
fn next_epoch(map: &mut OsdMap) {
    map.epoch = map.epoch.wrapping_add(1);
    map.modified = Time::default();
    map.new_removed_snaps.clear();
    map.new_purged_snaps.clear();
    map.cluster_snapshot.clear();
    map.cluster_snapshot_epoch = 0;
}

fn import_crush(map: &mut OsdMap, options: &Options, console: &mut Console<'_>) -> Outcome<bool> {
    let path = &options.import_crush;
    if path.is_empty() {
        return Ok(false);
    }
    let file = path.to_string_lossy();
    let failed = |reason: String| {
        Stop::error(format!("osdmaptool: error reading crush map from {file}: {reason}"))
    };
    let bytes = files::read_file(path).map_err(failed)?;
    let crush = CrushMap::from_binary(&bytes).map_err(|error| failed(error.to_string()))?;
    let crush = crush.as_read_by(options.release);
    let devices = crush.core.max_devices;
    if devices as usize > map.max_osd() {
        let max_osd = map.max_osd();
        let problem = format!("crushmap max_devices {devices} > osdmap max_osd {max_osd}");
        return Err(Stop::error(format!("osdmaptool: {problem}")));
    }
    next_epoch(map);
    map.crush = crush;
    if map.release().counts_crush_versions() {
        map.crush_version = map.crush_version.wrapping_add(1);
    }
    let classes = &map.crush.class_names;
    map.device_class_flags.retain(|class, _| classes.contains_key(class));
    let size = bytes.len();
    console.line(&format!("osdmaptool: imported {size} byte crush map from {file}"))?;
    Ok(true)
}

fn export_crush(map: &OsdMap, options: &Options, console: &mut Console<'_>) -> Outcome {
    let path = &options.export_crush;
    if path.is_empty() {
        return Ok(());
    }
    files::write(path, &map.crush.to_binary_as(options.release))?;
    console.line(&format!("osdmaptool: exported crush map to {}", path.to_string_lossy()))
}

/// Has every part of the map written as this release does, whatever release it was read from.
pub(crate) fn modernize(map: &mut OsdMap, release: Release) {
    map.encoding = Encoding::default();
    map.encoding.client.version = release.osd_map_client_version();
    map.encoding.crush = Some(CrushAsRead {
        bytes: map.crush.to_binary_as(release),
        unknown_bytes: 0,
        rewritten: map.crush.to_binary(),
    });
    for pool in map.pools.values_mut() {
        pool.frame = Pool::default().frame;
        pool.frame.version = pool.frame_version(release);
        pool.options_frame = Pool::default().options_frame;
        pool.last_pg_merge_meta.frame = MergeMeta::default().frame;
        for snap in pool.snaps.values_mut() {
            snap.frame = Frame::new(2, 2);
        }
    }
    let modern = |addresses: &mut Addresses| {
        addresses.form = AddressForm::List;
        fill_sockets(addresses);
    };
    map.blocklist.iter_mut().for_each(|(addresses, _)| fill_sockets(addresses));
    for osd in &mut map.osds {
        osd.xinfo.frame = OsdXinfo::default().frame;
        modern(&mut osd.client_addresses);
        modern(&mut osd.cluster_addresses);
        modern(&mut osd.heartbeat_back_addresses);
        modern(&mut osd.heartbeat_front_addresses);
    }
}

/// Gives addresses without a socket the empty one that is written for them.
fn fill_sockets(addresses: &mut Addresses) {
    const SOCKET_BYTES: usize = 28;
    let without = addresses.list.iter_mut().filter(|address| address.socket.is_empty());
    without.for_each(|address| address.socket = vec![0; SOCKET_BYTES]);
}
