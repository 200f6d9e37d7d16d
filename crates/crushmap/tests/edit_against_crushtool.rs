//! The same edits through the installed crushtool and through the methods: the same bytes.
//!
//! Maps are random texts that crushtool compiles. `EDIT_CASES=5000 EDIT_SEED=1 cargo test -p
//! crushlab-crushmap --test edit_against_crushtool -- --nocapture` runs more of them.

#[path = "edit_support/random_edit.rs"]
mod random_edit;
#[path = "edit_support/random_map.rs"]
mod random_map;
#[path = "edit_support/tool.rs"]
mod tool;

use crushlab_crushmap::CrushMap;

use random_edit::{Edit, Outcome};
use tool::{Answer, Likeness, Tool};

const DEFAULT_CASES: u64 = 60;
const EDITS_PER_CASE: usize = 6;

/// What came of the edits of all cases.
#[derive(Debug, Default)]
struct Tally {
    same: usize,
    same_when_read: usize,
    refused_by_both: usize,
    crushtool_crashed: usize,
}

#[test]
fn random_edits_leave_the_bytes_that_crushtool_leaves() {
    let Some(tool) = Tool::find() else {
        println!("SKIPPED: crushtool is not installed (Debian: apt-get install ceph-base)");
        return;
    };
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (seed, cases) = (number("EDIT_SEED", 20_240), number("EDIT_CASES", DEFAULT_CASES));
    println!("EDIT_SEED={seed} EDIT_CASES={cases}");
    let mut tally = Tally::default();
    let mut differences = Vec::new();
    for case in 0..cases {
        if let Err(difference) = run_case(&tool, seed.wrapping_add(case), &mut tally) {
            differences.push(format!("EDIT_SEED={} EDIT_CASES=1: {difference}", seed + case));
        }
    }
    println!("{tally:?}, {} differences", differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(tally.same > tally.crushtool_crashed, "{tally:?}");
}

/// Edits one random map; says how the first difference looks.
fn run_case(tool: &Tool, seed: u64, tally: &mut Tally) -> Result<(), String> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let text = random_map::text(&mut rng);
    let Some(mut bytes) = tool.compile(&text) else { return Ok(()) };
    let mut map = CrushMap::from_binary(&bytes).map_err(|error| format!("{error}\n{text}"))?;
    for _ in 0..EDITS_PER_CASE {
        let edit = Edit::random(&mut rng, &map);
        let answer = tool.edit(&bytes, &edit.arguments());
        let spoilt = edit.spoils_memory(&map);
        let outcome = edit.apply(&mut map);
        let context =
            || format!("{:?}\n{answer}\nhere: {outcome:?}\n{}", edit, tool.decompile(&bytes));
        match (&answer, &outcome) {
            (Answer::Crashed { .. }, _) => {
                tally.crushtool_crashed += 1;
                return Ok(());
            }
            // Of a tree that lost its last item crushtool writes memory it has freed.
            (Answer::Written { bytes: theirs, .. }, _)
                if CrushMap::from_binary(theirs).is_err() =>
            {
                tally.crushtool_crashed += 1;
                return Ok(());
            }
            (Answer::Written { bytes: theirs, .. }, Outcome::Done) => {
                match tool::compare(theirs, &map) {
                    Likeness::Same => tally.same += 1,
                    Likeness::SameWhenRead => tally.same_when_read += 1,
                    Likeness::Different(_) if spoilt => {
                        tally.crushtool_crashed += 1;
                        return Ok(());
                    }
                    Likeness::Different(difference) => {
                        return Err(format!("{difference}\n{}", context()));
                    }
                }
                bytes = map.to_binary();
            }
            (Answer::Refused { .. }, Outcome::Refused(_) | Outcome::Unchanged) => {
                tally.refused_by_both += 1;
            }
            _ if spoilt => {
                tally.crushtool_crashed += 1;
                return Ok(());
            }
            _ => return Err(context()),
        }
    }
    Ok(())
}
