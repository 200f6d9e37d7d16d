//! Pools as they are written in one word: `rbd:size=3,percent=40,bulk`.

use std::str::FromStr;

use crushlab_osdmap::units::parse_bytes;

use super::plan::{PlanError, PlannedPool};

/// Settings that a pool can be given, with an example of each.
const SETTINGS: &str = "size=3, k=4, m=2, percent=40, ratio=0.2, bytes=2TiB, bias=4, min=32, \
                        max=1024, bulk";

impl FromStr for PlannedPool {
    type Err = PlanError;

    /// Reads `NAME` or `NAME:SETTING,SETTING…`. The name ends at the last colon.
    fn from_str(text: &str) -> Result<PlannedPool, PlanError> {
        let (name, settings) = text.rsplit_once(':').unwrap_or((text, ""));
        let mut pool = PlannedPool { name: name.to_owned(), ..PlannedPool::default() };
        if name.is_empty() {
            let expected = "expected NAME or NAME:SETTING,…, such as rbd:size=3,percent=40";
            return Err(PlanError(format!("found pool {text:?}, {expected}")));
        }
        let (mut k, mut m) = (None, None);
        for setting in settings.split(',').filter(|setting| !setting.is_empty()) {
            let (key, value) = setting.split_once('=').unwrap_or((setting, "true"));
            let value = Value { pool: name, key, text: value };
            match key {
                "size" => pool.size = Some(value.whole(1, u8::MAX)?),
                "k" => k = Some(value.whole(1, u8::MAX - 1)?),
                "m" => m = Some(value.whole(1, u8::MAX - 1)?),
                "percent" => pool.percent = Some(value.decimal(0.0, 100.0)?),
                "ratio" => pool.settings.target_size_ratio = Some(value.decimal(0.0, 1e6)?),
                "bytes" => pool.settings.target_size_bytes = Some(value.bytes()?),
                "bias" => pool.settings.bias = Some(value.decimal(0.0, 1000.0)?),
                "min" => pool.settings.pg_num_min = Some(value.whole(1, u32::MAX)?),
                "max" => pool.settings.pg_num_max = Some(value.whole(1, u32::MAX)?),
                "bulk" => pool.settings.is_bulk = Some(value.switch()?),
                _ => return Err(value.unknown()),
            }
        }
        pool.erasure = match (k, m) {
            (None, None) => None,
            (Some(k), Some(m)) if pool.size.is_none() => Some((k, m)),
            _ => {
                let problem = "expected either size, or both k and m";
                return Err(PlanError(format!("pool {name}: found {settings}, {problem}")));
            }
        };
        Ok(pool)
    }
}

/// The value of a setting, and whose it is.
struct Value<'a> {
    pool: &'a str,
    key: &'a str,
    text: &'a str,
}

impl Value<'_> {
    fn wrong(&self, expected: &str) -> PlanError {
        let Value { pool, key, text } = self;
        PlanError(format!("pool {pool}: {key} is {text:?}, expected {expected}"))
    }

    fn unknown(&self) -> PlanError {
        PlanError(format!("pool {}: {:?} is no setting, expected {SETTINGS}", self.pool, self.key))
    }

    fn whole<T: TryFrom<u32> + Into<u32> + Copy>(&self, min: u32, max: T) -> Result<T, PlanError> {
        let number = self.text.parse::<u32>().ok().filter(|n| (min..=max.into()).contains(n));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| self.wrong(&format!("a whole number from {min} to {}", max.into())))
    }

    fn decimal(&self, min: f64, max: f64) -> Result<f64, PlanError> {
        let number = self.text.parse::<f64>().ok().filter(|n| (min..=max).contains(n));
        number.ok_or_else(|| self.wrong(&format!("a number from {min} to {max}")))
    }

    fn bytes(&self) -> Result<u64, PlanError> {
        let error = |problem| PlanError(format!("pool {}: {}: {problem}", self.pool, self.key));
        parse_bytes(self.text).map_err(error)
    }

    fn switch(&self) -> Result<bool, PlanError> {
        match self.text {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(self.wrong("true or false")),
        }
    }
}
