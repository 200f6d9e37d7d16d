//! The commands that make of a map what another one says: buckets, weights, classes, rules of
//! pools, reweights. Upmaps are another matter.

use std::collections::BTreeMap;

use crushlab_crush::{Algorithm, Bucket, Op, Rule};
use crushlab_crushmap::CrushMap;
use crushlab_monitor::Monitor;
use crushlab_monitor::command::{Command, shell_line};
use crushlab_monitor::config::Context;
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::FULL_WEIGHT;

/// Where the CRUSH map stands that cannot be reached by single commands.
pub const CRUSH_FILE: &str = "wanted.crush";

/// The commands, and the map after them.
#[derive(Debug)]
pub struct Differences {
    /// Ceph's commands, in an order in which each is taken.
    pub commands: Vec<String>,
    /// The map that they leave.
    pub map: OsdMap,
    /// Whether one of them takes the whole CRUSH map, from the file [`CRUSH_FILE`].
    pub takes_crush_file: bool,
}

/// The commands that make of a map what another one says, tried on the model. Where single commands
/// do not lead to the same CRUSH map, it is set as a whole.
///
/// # Errors
/// What the monitors refuse, or what no command makes.
pub fn differences(from: &OsdMap, to: &OsdMap) -> Result<Differences, String> {
    // Monitors write the rules of both as their release does.
    let written = |map: &OsdMap| OsdMap {
        crush: map.crush.clone().as_read_by(from.release()),
        ..map.clone()
    };
    let (from, to) = (&written(from), &written(to));
    let rest = others(from, to);
    let single = crush_commands(&from.crush, &to.crush);
    let tried = single.and_then(|mut commands| {
        commands.extend(new_rules(&from.crush, &to.crush));
        commands.extend(rest.iter().cloned());
        let map = run(from, &commands, to).ok()?;
        is_same(&map.crush, &to.crush).then_some((commands, map))
    });
    let (commands, map, takes_crush_file) = match tried {
        Some((commands, map)) => (commands, map, false),
        None => {
            let (commands, map) = by_file(from, to, rest)?;
            (commands, map, true)
        }
    };
    check(&map, to)?;
    Ok(Differences { commands, map, takes_crush_file })
}

/// The CRUSH map set as a whole: before pools get rules that only it has, or after they have left
/// those that it lacks.
fn by_file(
    from: &OsdMap,
    to: &OsdMap,
    mut rest: Vec<String>,
) -> Result<(Vec<String>, OsdMap), String> {
    rest.retain(|line| !line.starts_with("ceph osd crush rule rm"));
    let whole = vec![format!("ceph osd setcrushmap -i {CRUSH_FILE}")];
    let first: Vec<String> = whole.iter().chain(&rest).cloned().collect();
    let last: Vec<String> = rest.iter().chain(&whole).cloned().collect();
    let tried = |commands: Vec<String>| {
        let map = run(from, &commands, to)?;
        check(&map, to).map(|()| (commands, map))
    };
    tried(first).or_else(|problem| tried(last).map_err(|_| problem))
}

fn run(from: &OsdMap, commands: &[String], to: &OsdMap) -> Result<OsdMap, String> {
    let context = Context::default();
    let mut monitor = Monitor::new(from.clone(), &context);
    for line in commands {
        let command = Command::parse(line).map_err(|error| format!("{line}: {error}"))?;
        let command = match command.file() {
            Some(_) => command.with_file(to.crush.to_binary()),
            None => command,
        };
        monitor.run(&command).map_err(|refusal| format!("{line} is refused: {refusal}"))?;
    }
    Ok(monitor.into_map())
}

/// Whether two maps place alike: the order of items in straw2 buckets, whose draws do not depend on
/// it, and empty slots may differ.
fn is_same(one: &CrushMap, other: &CrushMap) -> bool {
    buckets(one) == buckets(other)
        && rules(one).eq(rules(other))
        && one.core.tunables == other.core.tunables
        && one.core.choose_args == other.core.choose_args
        && one.names == other.names
        && one.rule_names == other.rule_names
        && one.types == other.types
        && named_classes(one) == named_classes(other)
}

/// What a bucket says, with its items in order where that decides.
type Said = (u16, u8, u32, Algorithm, Vec<(i32, u32)>);

fn buckets(crush: &CrushMap) -> BTreeMap<i32, Said> {
    let is_free = crush.core.choose_args.is_empty();
    let said = |bucket: &Bucket| {
        let mut items: Vec<(i32, u32)> =
            bucket.items.iter().copied().zip(bucket.item_weights()).collect();
        if is_free && bucket.algorithm() == Algorithm::Straw2 {
            items.sort_unstable();
        }
        let said = (bucket.type_id, bucket.hash, bucket.weight, bucket.algorithm(), items);
        (bucket.id, said)
    };
    crush.core.buckets.iter().flatten().map(said).collect()
}

fn rules(crush: &CrushMap) -> impl Iterator<Item = (usize, &Rule)> {
    let rules = crush.core.rules.iter().enumerate();
    rules.filter_map(|(id, rule)| Some((id, rule.as_ref()?)))
}

fn named_classes(crush: &CrushMap) -> BTreeMap<i32, &str> {
    crush.classes.keys().filter_map(|id| Some((*id, crush.item_class(*id)?))).collect()
}

/// What no command has made the same.
fn check(map: &OsdMap, to: &OsdMap) -> Result<(), String> {
    if !is_same(&map.crush, &to.crush) {
        return Err("the CRUSH map cannot be made the same by commands".to_owned());
    }
    for (id, pool) in &to.pools {
        let Some(own) = map.pools.get(id) else {
            return Err(format!("pool {} is not there: create it first", pool.name));
        };
        let numbers = |pool: &crushlab_osdmap::Pool| {
            (pool.crush_rule, pool.size, pool.min_size, pool.pg_num, pool.pool_type)
        };
        if numbers(own) != numbers(pool) {
            return Err(format!("pool {} cannot be made the same by commands", pool.name));
        }
    }
    if let Some(pool) = map.pools.iter().find(|(id, _)| !to.pools.contains_key(id)) {
        return Err(format!("pool {} is not in the other map: delete it first", pool.1.name));
    }
    if map.osd_weights != to.osd_weights {
        return Err("OSDs are in or out that no command makes the same".to_owned());
    }
    Ok(())
}

/// Reweights, and settings of pools.
fn others(from: &OsdMap, to: &OsdMap) -> Vec<String> {
    let mut commands = Vec::new();
    for (id, pool) in &to.pools {
        let Some(own) = from.pools.get(id) else { continue };
        let name = shell_line(&[&pool.name]);
        if own.crush_rule != pool.crush_rule
            && let Some(rule) = to.crush.rule_names.get(&i32::from(pool.crush_rule))
        {
            commands.push(format!("ceph osd pool set {name} crush_rule {rule}"));
        }
        if own.size != pool.size {
            commands.push(format!("ceph osd pool set {name} size {}", pool.size));
        }
        if own.min_size != pool.min_size {
            commands.push(format!("ceph osd pool set {name} min_size {}", pool.min_size));
        }
    }
    for (osd, (own, weight)) in from.osd_weights.iter().zip(&to.osd_weights).enumerate() {
        if own != weight {
            commands.push(match *weight {
                0 => format!("ceph osd out {osd}"),
                weight => {
                    format!("ceph osd reweight {osd} {}", decimal(weight))
                }
            });
        }
    }
    let rules = &from.crush.rule_names;
    let gone = rules.iter().filter(|(id, _)| !to.crush.rule_names.contains_key(id));
    commands.extend(gone.map(|(_, name)| format!("ceph osd crush rule rm {name}")));
    commands
}

/// The commands for rules that are new and plain: one take, one chooseleaf.
fn new_rules(from: &CrushMap, to: &CrushMap) -> Vec<String> {
    let is_new = |(id, _): &(&i32, &String)| !from.rule_names.contains_key(id);
    let command = |(id, name): (&i32, &String)| {
        let rule = to.core.rules.get(usize::try_from(*id).ok()?)?.as_ref()?;
        let [take, leaf, _] = rule.steps.as_slice() else { return None };
        let (root, class) = match to.names.get(&take.arg1)?.split_once('~') {
            Some((root, class)) => (root.to_owned(), format!(" {class}")),
            None => (to.names.get(&take.arg1)?.clone(), String::new()),
        };
        let kind = to.types.get(&leaf.arg2)?;
        let is_leaf = matches!(leaf.op, Op::ChooseleafFirstn);
        is_leaf
            .then(|| format!("ceph osd crush rule create-replicated {name} {root} {kind}{class}"))
    };
    to.rule_names.iter().filter(is_new).filter_map(command).collect()
}

/// A weight of 16.16 as a decimal number that becomes the same weight again.
fn decimal(weight: u32) -> f64 {
    f64::from(weight) / f64::from(FULL_WEIGHT)
}

/// The commands for the tree: new buckets, moves, weights, classes. `None` where a bucket or a rule
/// would have to be made or removed in a way that single commands do not have.
fn crush_commands(from: &CrushMap, to: &CrushMap) -> Option<Vec<String>> {
    let (was, is) = (Tree::of(from), Tree::of(to));
    let mut commands = Vec::new();
    for (id, name) in &is.buckets {
        if !was.buckets.contains_key(id) {
            let kind = to.types.get(&i32::from(to.core.bucket(*id)?.type_id))?;
            commands.push(format!("ceph osd crush add-bucket {name} {kind}"));
        }
    }
    for (item, (parent, _)) in &is.parents {
        let name = to.names.get(item)?;
        if was.parents.get(item).map(|(parent, _)| parent) == Some(parent) {
            continue;
        }
        let place: String =
            to.full_location(*item).iter().map(|(kind, name)| format!(" {kind}={name}")).collect();
        commands.push(match was.parents.contains_key(item) || *item < 0 {
            true => format!("ceph osd crush move {name}{place}"),
            false => {
                let weight = decimal(is.parents.get(item)?.1);
                format!("ceph osd crush add {name} {weight}{place}")
            }
        });
    }
    for (item, (_, weight)) in is.parents.range(0..) {
        let own = was.parents.get(item).map(|(_, weight)| weight);
        if own.is_some_and(|own| own != weight) {
            let name = to.names.get(item)?;
            commands.push(format!("ceph osd crush reweight {name} {}", decimal(*weight)));
        }
    }
    for item in is.parents.range(0..).map(|(item, _)| *item) {
        let (old, new) = (from.item_class(item), to.item_class(item));
        if old == new {
            continue;
        }
        if old.is_some() {
            commands.push(format!("ceph osd crush rm-device-class osd.{item}"));
        }
        if let Some(class) = new {
            commands.push(format!("ceph osd crush set-device-class {class} osd.{item}"));
        }
    }
    for (id, name) in was.buckets.iter().filter(|(id, _)| !is.buckets.contains_key(id)) {
        let _ = id;
        commands.push(format!("ceph osd crush rm {name}"));
    }
    Some(commands)
}

/// A map's tree without shadows.
struct Tree<'a> {
    buckets: BTreeMap<i32, &'a str>,
    /// The bucket of each item, and its weight there.
    parents: BTreeMap<i32, (i32, u32)>,
}

impl<'a> Tree<'a> {
    fn of(crush: &'a CrushMap) -> Tree<'a> {
        let mut tree = Tree { buckets: BTreeMap::new(), parents: BTreeMap::new() };
        let real = crush.core.buckets.iter().flatten().filter(|bucket| !crush.is_shadow(bucket.id));
        for bucket in real {
            tree.buckets.insert(bucket.id, crush.names.get(&bucket.id).map_or("", String::as_str));
            for (item, weight) in bucket.items.iter().zip(bucket.item_weights()) {
                tree.parents.insert(*item, (bucket.id, weight));
            }
        }
        tree
    }
}
