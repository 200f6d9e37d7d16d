//! Settings of hit sets, which the model keeps in the binary form (`HitSet::Params`).

use crushlab_wire::Writer;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct HitSetParams {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    false_positive_probability: f64,
    #[serde(default)]
    target_size: u64,
    #[serde(default)]
    seed: u64,
}

/// Kinds by number.
const KINDS: [&str; 4] = ["none", "explicit_hash", "explicit_object", "bloom"];
const BLOOM: usize = 3;

impl HitSetParams {
    /// The bytes of the settings. Kinds that are not known become none.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let kind = KINDS.iter().position(|kind| *kind == self.kind).unwrap_or_default();
        let mut writer = Writer::new();
        writer.frame(1, 1, |writer| {
            writer.u8(kind as u8);
            if kind == BLOOM {
                writer.frame(1, 1, |writer| {
                    writer.u32((self.false_positive_probability * 1e6).round() as u32);
                    writer.u64(self.target_size);
                    writer.u64(self.seed);
                });
            } else if kind > 0 {
                writer.frame(1, 1, |_| {});
            }
        });
        writer.into_bytes()
    }
}
