//! Tunables.

use crushlab_crush::Tunables;

use super::EditError;
use crate::CrushMap;

impl CrushMap {
    /// Sets all tunables to those of a profile: legacy, argonaut, bobtail, firefly, hammer, jewel,
    /// optimal or default (`ceph osd crush tunables`). Profiles bobtail to jewel say nothing about
    /// `straw_calc_version`, and none says anything about MSR: these stay.
    ///
    /// # Errors
    /// [`EditError::NoSuchProfile`].
    pub fn set_tunables_profile(&mut self, name: &str) -> Result<(), EditError> {
        self.edit(|draft| {
            let no_profile = || EditError::NoSuchProfile { name: name.to_owned() };
            let profile = Tunables::profile(name).ok_or_else(no_profile)?;
            let old = draft.core.tunables;
            let keeps_straw = matches!(name, "bobtail" | "firefly" | "hammer" | "jewel");
            draft.core.tunables = Tunables {
                straw_calc_version: if keeps_straw {
                    old.straw_calc_version
                } else {
                    profile.straw_calc_version
                },
                msr_descents: old.msr_descents,
                msr_collision_tries: old.msr_collision_tries,
                ..profile
            };
            Ok(())
        })
    }

    /// Sets one tunable (`crushtool --set-…`; `ceph osd crush set-tunable` takes
    /// `straw_calc_version` alone, and 0 or 1 for it). Straw lengths that exist stay as they are
    /// until their bucket changes.
    ///
    /// # Errors
    /// [`EditError::NoSuchTunable`], [`EditError::TunableOutOfRange`].
    pub fn set_tunable(&mut self, name: &str, value: i64) -> Result<(), EditError> {
        self.edit(|draft| {
            let tunables = &mut draft.core.tunables;
            let word = || in_range(name, value, i64::from(i32::MAX)).map(|value| value as u32);
            let byte = || in_range(name, value, i64::from(u8::MAX)).map(|value| value as u8);
            match name {
                "choose_local_tries" => tunables.choose_local_tries = word()?,
                "choose_local_fallback_tries" => tunables.choose_local_fallback_tries = word()?,
                "choose_total_tries" => tunables.choose_total_tries = word()?,
                "chooseleaf_descend_once" => {
                    tunables.chooseleaf_descend_once = u32::from(word()? != 0);
                }
                "chooseleaf_vary_r" => tunables.chooseleaf_vary_r = byte()?,
                "chooseleaf_stable" => tunables.chooseleaf_stable = byte()?,
                "straw_calc_version" => tunables.straw_calc_version = byte()?,
                "allowed_bucket_algs" => tunables.allowed_bucket_algs = word()?,
                _ => return Err(EditError::NoSuchTunable { name: name.to_owned() }),
            }
            Ok(())
        })
    }
}

fn in_range(name: &str, value: i64, highest: i64) -> Result<i64, EditError> {
    if (0..=highest).contains(&value) {
        return Ok(value);
    }
    Err(EditError::TunableOutOfRange { name: name.to_owned(), value, highest })
}
