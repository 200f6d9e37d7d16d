//! What PGCalc prints below its table: totals, and commands that create the pools.

use serde::Serialize;

/// A row of PGCalc's table with its result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PgcalcPool {
    /// Name of the pool.
    pub name: String,
    /// Replicas, or k + m.
    pub size: u64,
    /// k and m of an erasure-coded pool.
    pub erasure: Option<(u8, u8)>,
    /// Number of OSDs that hold the pool.
    pub osds: u64,
    /// Part of the data on these OSDs.
    pub percent: f64,
    /// Suggested PG count.
    pub pg_num: u64,
}

/// Totals and commands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PgcalcOutput {
    /// PGs per OSD that were aimed at.
    pub target_pgs_per_osd: u64,
    /// Sum of the pools' percents; PGCalc marks what is no multiple of 100.
    pub percent_total: f64,
    /// Whether it is one, to two decimals.
    pub is_percent_total_whole: bool,
    /// Sum of the pools' PG counts, without replicas.
    pub pg_num_total: u64,
    /// Lines of a shell script that creates the pools.
    pub commands: Vec<String>,
}

/// Totals and commands for a table.
///
/// The commands are PGCalc's: create, set the size, wait until no PG is being created. PGCalc
/// writes the same for erasure-coded pools, where it would fail; here these get a profile and a
/// type.
pub fn pgcalc_output(target_pgs_per_osd: u64, pools: &[PgcalcPool]) -> PgcalcOutput {
    let percent_total: f64 = pools.iter().map(|pool| pool.percent).sum();
    let hundredths = (percent_total * 100.0).round();
    PgcalcOutput {
        target_pgs_per_osd,
        percent_total,
        is_percent_total_whole: hundredths % 10_000.0 == 0.0,
        pg_num_total: pools.iter().map(|pool| pool.pg_num).fold(0, u64::saturating_add),
        commands: pools.iter().flat_map(create_commands).collect(),
    }
}

/// Commands that create a pool, and wait until its PGs are there.
fn create_commands(pool: &PgcalcPool) -> Vec<String> {
    let PgcalcPool { size, pg_num, .. } = pool;
    // A name may hold anything but NUL, which quoting cannot hide from a shell.
    let name = quoted(&pool.name);
    let mut commands = match pool.erasure {
        Some((k, m)) => vec![
            format!("ceph osd erasure-code-profile set {name} k={k} m={m}"),
            format!("ceph osd pool create {name} {pg_num} {pg_num} erasure {name}"),
        ],
        None => vec![
            format!("ceph osd pool create {name} {pg_num}"),
            format!("ceph osd pool set {name} size {size}"),
        ],
    };
    commands.push("while [ $(ceph -s | grep creating -c) -gt 0 ]; do sleep 1; done".to_owned());
    commands
}

/// A name as a shell takes it for one word.
pub(super) fn quoted(name: &str) -> String {
    let printable: String = name.chars().filter(|char| *char != '\0').collect();
    shlex::try_quote(&printable).map_or(printable.clone(), |quoted| quoted.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(name: &str, percent: f64, pg_num: u64) -> PgcalcPool {
        PgcalcPool { name: name.to_owned(), size: 3, erasure: None, osds: 100, percent, pg_num }
    }

    #[test]
    fn totals_are_sums() {
        let output = pgcalc_output(200, &[pool("rbd", 75.0, 4096), pool("b", 24.999, 2048)]);
        assert_eq!(output.pg_num_total, 6144);
        assert!(output.is_percent_total_whole);
        assert!(!pgcalc_output(200, &[pool("rbd", 75.0, 4096)]).is_percent_total_whole);
    }

    #[test]
    fn commands_create_what_the_table_says() {
        let mut archive = pool("cold data", 100.0, 512);
        archive.erasure = Some((4, 2));
        let output = pgcalc_output(100, &[pool("rbd", 75.0, 4096), archive]);
        assert_eq!(output.commands[0], "ceph osd pool create rbd 4096");
        assert_eq!(output.commands[1], "ceph osd pool set rbd size 3");
        assert_eq!(output.commands[3], "ceph osd erasure-code-profile set 'cold data' k=4 m=2");
        let create = "ceph osd pool create 'cold data' 512 512 erasure 'cold data'";
        assert_eq!(output.commands[4], create);
        assert_eq!(output.commands.len(), 6);
    }
}
