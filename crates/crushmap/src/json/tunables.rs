//! Tunables of a dump, both ways.

use crushlab_crush::{Contents, Op, Tunables};
use serde_json::{Value, json};

use super::node::Node;
use crate::CrushMap;
use crate::error::JsonError;

/// Reads the tunables themselves; what the dump derives of them is not looked at. One that is
/// left out has its legacy value.
pub(super) fn read_tunables(entry: &Node<'_>) -> Result<Tunables, JsonError> {
    let legacy = Tunables::ARGONAUT;
    let wide = |key: &str, usual: u32| match entry.optional(key)? {
        Some(value) => value.bits(),
        None => Ok(usual),
    };
    let byte = |key: &str, usual: u8| match entry.optional(key)? {
        Some(value) => value.whole(0..=255),
        None => Ok(usual),
    };
    Ok(Tunables {
        choose_local_tries: wide("choose_local_tries", legacy.choose_local_tries)?,
        choose_local_fallback_tries: wide(
            "choose_local_fallback_tries",
            legacy.choose_local_fallback_tries,
        )?,
        choose_total_tries: wide("choose_total_tries", legacy.choose_total_tries)?,
        chooseleaf_descend_once: wide("chooseleaf_descend_once", legacy.chooseleaf_descend_once)?,
        chooseleaf_vary_r: byte("chooseleaf_vary_r", legacy.chooseleaf_vary_r)?,
        chooseleaf_stable: byte("chooseleaf_stable", legacy.chooseleaf_stable)?,
        straw_calc_version: byte("straw_calc_version", legacy.straw_calc_version)?,
        allowed_bucket_algs: wide("allowed_bucket_algs", legacy.allowed_bucket_algs)?,
        msr_descents: wide("msr_descents", legacy.msr_descents)?,
        msr_collision_tries: wide("msr_collision_tries", legacy.msr_collision_tries)?,
    })
}

/// The profile that tunables are of: `straw_calc_version` and the MSR tunables do not count
/// (CrushWrapper.h, `has_jewel_tunables` and its kin).
fn profile(tunables: &Tunables) -> &'static str {
    let profiles = [
        ("jewel", Tunables::JEWEL),
        ("hammer", Tunables::HAMMER),
        ("firefly", Tunables::FIREFLY),
        ("bobtail", Tunables::BOBTAIL),
        ("argonaut", Tunables::ARGONAUT),
    ];
    let is_of = |profile: &Tunables| {
        let compared = Tunables {
            straw_calc_version: tunables.straw_calc_version,
            msr_descents: tunables.msr_descents,
            msr_collision_tries: tunables.msr_collision_tries,
            ..*profile
        };
        compared == *tunables
    };
    profiles.iter().find(|(_, profile)| is_of(profile)).map_or("unknown", |(name, _)| name)
}

impl CrushMap {
    pub(super) fn write_tunables(&self, msr: bool) -> Value {
        let tunables = &self.core.tunables;
        let legacy = Tunables::ARGONAUT;
        let profile = profile(tunables);
        let tunables1 = tunables.choose_local_tries != legacy.choose_local_tries
            || tunables.choose_local_fallback_tries != legacy.choose_local_fallback_tries
            || tunables.choose_total_tries != legacy.choose_total_tries;
        let tunables2 = tunables.chooseleaf_descend_once != 0;
        let tunables3 = tunables.chooseleaf_vary_r != 0;
        let tunables5 = tunables.chooseleaf_stable != 0;
        let v2_rules = self.has_step(&[
            Op::ChooseIndep,
            Op::ChooseleafIndep,
            Op::SetChooseTries,
            Op::SetChooseleafTries,
        ]);
        let v3_rules = self.has_step(&[Op::SetChooseleafVaryR]);
        let v5_rules = self.has_step(&[Op::SetChooseleafStable]);
        let v4_buckets = (self.core.buckets.iter().flatten())
            .any(|bucket| matches!(bucket.contents, Contents::Straw2 { .. }));
        let release = if msr && self.has_msr_rules() {
            "squid"
        } else if v5_rules || tunables5 {
            "jewel"
        } else if v4_buckets {
            "hammer"
        } else if tunables3 {
            "firefly"
        } else if tunables2 || tunables1 {
            "bobtail"
        } else {
            "argonaut"
        };
        // Ceph prints the 32-bit ones as signed.
        let mut value = json!({
            "choose_local_tries": tunables.choose_local_tries as i32,
            "choose_local_fallback_tries": tunables.choose_local_fallback_tries as i32,
            "choose_total_tries": tunables.choose_total_tries as i32,
            "chooseleaf_descend_once": tunables.chooseleaf_descend_once as i32,
            "chooseleaf_vary_r": tunables.chooseleaf_vary_r,
            "chooseleaf_stable": tunables.chooseleaf_stable,
        });
        if msr {
            value["msr_descents"] = json!(tunables.msr_descents as i32);
            value["msr_collision_tries"] = json!(tunables.msr_collision_tries as i32);
        }
        value["straw_calc_version"] = json!(tunables.straw_calc_version);
        value["allowed_bucket_algs"] = json!(tunables.allowed_bucket_algs as i32);
        value["profile"] = json!(profile);
        value["optimal_tunables"] = json!(u8::from(profile == "jewel"));
        value["legacy_tunables"] = json!(u8::from(profile == "argonaut"));
        value["minimum_required_version"] = json!(release);
        for (key, flag) in [
            ("require_feature_tunables", tunables1),
            ("require_feature_tunables2", tunables2),
            ("has_v2_rules", v2_rules),
            ("require_feature_tunables3", tunables3),
            ("has_v3_rules", v3_rules),
            ("has_v4_buckets", v4_buckets),
            ("require_feature_tunables5", tunables5),
            ("has_v5_rules", v5_rules),
        ] {
            value[key] = json!(u8::from(flag));
        }
        if msr {
            value["has_msr_rules"] = json!(u8::from(self.has_msr_rules()));
        }
        value
    }

    fn has_step(&self, ops: &[Op]) -> bool {
        let mut steps = self.core.rules.iter().flatten().flat_map(|rule| &rule.steps);
        steps.any(|step| ops.contains(&step.op))
    }
}
