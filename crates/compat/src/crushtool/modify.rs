//! Second and third stage: tunables, then modifications, each kind once and in crushtool's order.

use crushlab_crush::RULE_TYPE_REPLICATED;
use crushlab_crushmap::edit::{Errno, Removal, RuleMode, SimpleRule, WeightSets};
use crushlab_crushmap::{CrushMap, EditError, Reclassify, ReclassifyBuckets};

use super::options::Options;
use crate::console::Console;
use crate::number::general;
use crate::stop::{Outcome, Stop};

/// Sets the tunables that were given; returns whether there were any.
pub(crate) fn set_tunables(map: &mut CrushMap, options: &Options) -> bool {
    let tunables = &mut map.core.tunables;
    for (name, value) in options.tunables {
        let Ok(value) = u32::try_from(value) else { continue };
        // One is a switch, and three are kept in a byte: what does not fit is cut off.
        match name {
            "choose_local_tries" => tunables.choose_local_tries = value,
            "choose_local_fallback_tries" => tunables.choose_local_fallback_tries = value,
            "choose_total_tries" => tunables.choose_total_tries = value,
            "chooseleaf_descend_once" => {
                tunables.chooseleaf_descend_once = u32::from(value != 0);
            }
            "chooseleaf_vary_r" => tunables.chooseleaf_vary_r = value as u8,
            "chooseleaf_stable" => tunables.chooseleaf_stable = value as u8,
            "straw_calc_version" => tunables.straw_calc_version = value as u8,
            _ => tunables.allowed_bucket_algs = value,
        }
    }
    options.tunables.iter().any(|(_, value)| *value >= 0)
}

/// Makes all modifications; returns whether there were any.
pub(crate) fn modify(
    map: &mut CrushMap,
    options: &Options,
    console: &mut Console<'_>,
) -> Outcome<bool> {
    let modified = [
        reweight_item(map, options, console)?,
        remove_item(map, options, console)?,
        add_item(map, options)?,
        add_bucket(map, options)?,
        move_item(map, options)?,
        add_rule(map, options)?,
        remove_rule(map, options)?,
        reweight_all(map, options)?,
        rebuild_class_roots(map, options)?,
        set_subtree_classes(map, options, console),
        reclassify(map, options, console)?,
    ];
    Ok(modified.contains(&true))
}

fn edited<T>(result: Result<T, EditError>) -> Outcome<T> {
    result.map_err(|error| refused(&error))
}

/// A refused edit, named as crushtool names it, with the full sentence behind.
pub(crate) fn refused(error: &EditError) -> Stop {
    let errno = error.errno();
    let text = format!("crushtool ({}) {}: {error}", errno.number(), errno.description());
    Stop::errno(errno, text)
}

fn reweight_item(
    map: &mut CrushMap,
    options: &Options,
    console: &mut Console<'_>,
) -> Outcome<bool> {
    let Some((name, weight)) = &options.reweighted else { return Ok(false) };
    if name.is_empty() {
        return Ok(false);
    }
    let printed = general(f64::from(*weight), 6);
    console.line(&format!("crushtool reweighting item {name} to {printed}"))?;
    edited(map.reweight_item(name, *weight, WeightSets::Update))?;
    Ok(true)
}

fn remove_item(map: &mut CrushMap, options: &Options, console: &mut Console<'_>) -> Outcome<bool> {
    if options.removed.is_empty() {
        return Ok(false);
    }
    console.line(&format!("crushtool removing item {}", options.removed))?;
    edited(map.remove_item(&options.removed, Removal::Remove))?;
    Ok(true)
}

fn add_item(map: &mut CrushMap, options: &Options) -> Outcome<bool> {
    let add = &options.add;
    if add.item < 0 {
        return Ok(false);
    }
    match add.update {
        true => edited(map.update_item(add.item, add.weight, &add.name, &options.location))?,
        false => {
            edited(map.insert_item(add.item, add.weight, &add.name, &options.location))?;
            true
        }
    };
    Ok(true)
}

fn add_bucket(map: &mut CrushMap, options: &Options) -> Outcome<bool> {
    if options.add.bucket {
        edited(map.add_bucket(&options.add.name, &options.add.bucket_type, &options.location))?;
    }
    Ok(options.add.bucket)
}

fn move_item(map: &mut CrushMap, options: &Options) -> Outcome<bool> {
    let Some(name) = &options.moved else { return Ok(false) };
    if map.item_id(name).is_none() {
        return Err(refused(&EditError::NoSuchItem { name: name.clone() }));
    }
    if options.location.is_empty() {
        let message = "crushtool expecting additional --loc argument to --move";
        return Err(Stop::errno(Errno::Einval, message));
    }
    match edited(map.move_item(name, &options.location))? {
        true => Ok(true),
        false => {
            let place = &options.location;
            Err(Stop::error(format!("crushtool item '{name}' already at {place}")))
        }
    }
}

fn add_rule(map: &mut CrushMap, options: &Options) -> Outcome<bool> {
    let rule = &options.rule;
    if !rule.add {
        return Ok(false);
    }
    if map.rule_id(&rule.name).is_some() {
        return Err(Stop::error(format!("rule {} already exists", rule.name)));
    }
    let mode = RuleMode::from_name(&rule.mode)
        .ok_or_else(|| Stop::error(format!("unknown mode {}", rule.mode)))?;
    let device_class = Some(rule.device_class.as_str()).filter(|class| !class.is_empty());
    let rule = SimpleRule {
        name: &rule.name,
        root: &rule.root,
        failure_domain: &rule.failure_domain,
        device_class,
        mode,
        rule_type: RULE_TYPE_REPLICATED,
        id: None,
    };
    map.add_simple_rule(&rule).map_err(|error| Stop::error(error.to_string()))?;
    Ok(true)
}

fn remove_rule(map: &mut CrushMap, options: &Options) -> Outcome<bool> {
    let name = &options.rule.name;
    if !options.rule.remove {
        return Ok(false);
    }
    if map.rule_id(name).is_none() {
        // To crushtool this is a success, and the end.
        return Err(Stop { code: 0, message: format!("rule {name} does not exist") });
    }
    map.remove_rule(name)
        .map_err(|error| Stop::error(format!("fail to remove rule {name}: {error}")))?;
    Ok(true)
}

fn reweight_all(map: &mut CrushMap, options: &Options) -> Outcome<bool> {
    if options.reweight {
        edited(map.reweight_all())?;
    }
    Ok(options.reweight)
}

fn rebuild_class_roots(map: &mut CrushMap, options: &Options) -> Outcome<bool> {
    if options.rebuild_class_roots {
        map.rebuild_class_roots().map_err(|error| {
            Stop::error(format!("failed to rebuild roots with classes: {error}"))
        })?;
    }
    Ok(options.rebuild_class_roots)
}

/// Sets the classes of subtrees. As in crushtool, one that cannot be set is passed over, and what
/// is to be done is done when there was one.
fn set_subtree_classes(map: &mut CrushMap, options: &Options, console: &mut Console<'_>) -> bool {
    for (root, class) in &options.subtree_classes {
        if map.item_id(root).is_some_and(|id| id >= 0) {
            // crushtool makes the class before it sees that this is no bucket.
            map.class_id_or_new(class);
        }
        if let Err(error) = map.set_subtree_class(root, class) {
            console.warn(&format!("crushtool: no class was set below '{root}': {error}"));
        }
    }
    !options.subtree_classes.is_empty()
}

fn reclassify(map: &mut CrushMap, options: &Options, console: &mut Console<'_>) -> Outcome<bool> {
    if !options.reclassify {
        return Ok(false);
    }
    let buckets = options.reclassify_buckets.iter().map(|(pattern, (class, default_parent))| {
        let target =
            ReclassifyBuckets { class: class.clone(), default_parent: default_parent.clone() };
        (pattern.clone(), target)
    });
    let request =
        Reclassify { roots: options.reclassify_roots.clone(), buckets: buckets.collect() };
    let mut log = Vec::new();
    let result = map.reclassify(&request, &mut log);
    for line in &log {
        console.line(line)?;
    }
    if let Err(EditError::Shadow(_)) = &result {
        console.line(&format!("failed to rebuild_roots_with_classes: {}", Errno::Einval))?;
    }
    result.map_err(|error| Stop::error(format!("failed to reclassify map: {error}")))?;
    Ok(true)
}
