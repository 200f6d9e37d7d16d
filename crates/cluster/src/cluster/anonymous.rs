//! A cluster without the names that tell whose it is.

use std::sync::Arc;

use crushlab_monitor::config::Config;
use crushlab_osdmap::model::NEW_CRUSH_TYPES;

use super::{Cluster, Inner};

/// Settings whose values are texts, and may have names in them.
const SUBTREE_LIMIT: &str = "mon_osd_down_out_subtree_limit";
const DEFAULT_PROFILE: &str = "osd_pool_default_erasure_code_profile";

impl Cluster {
    /// The same cluster without names, addresses and identities, see
    /// [`crushlab_osdmap::Cluster::anonymized`]. Settings that may have names in them become
    /// Ceph's defaults, and notes are left out.
    pub fn anonymized(&self) -> Cluster {
        Cluster(Arc::new(Inner {
            recorded: Arc::new(self.recorded().anonymized()),
            changed: self.0.changed.as_ref().map(|map| Arc::new(map.anonymized())),
            config: Arc::new(anonymous_config(self.config())),
            place: self.0.place.clone(),
            ..self.shared()
        }))
    }
}

fn anonymous_config(config: &Config) -> Config {
    let mut config = config.clone();
    let is_common = |limit: &String| NEW_CRUSH_TYPES.contains(&limit.as_str());
    if !config.made.get(SUBTREE_LIMIT).is_some_and(is_common) {
        config.reset(SUBTREE_LIMIT);
    }
    config.reset(DEFAULT_PROFILE);
    config
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_with_names_are_left_out() {
        let plan = json!({"hosts": [{"name": "acme1", "osds": [{"size": "1 TiB"}]}]});
        let cluster = Cluster::from_plan(&plan).unwrap_or_else(|error| panic!("{error}"));
        let mut config = Config::default();
        for (name, value) in [
            (SUBTREE_LIMIT, "acme-hall"),
            (DEFAULT_PROFILE, "plugin=jerasure k=2 m=1 crush-root=acme"),
            ("mon_max_pg_per_osd", "300"),
        ] {
            config.set(name, value).unwrap_or_else(|error| panic!("{error}"));
        }
        let anonymous = cluster.with_settings(config).anonymized();
        assert_eq!(
            anonymous.config().made.keys().copied().collect::<Vec<_>>(),
            ["mon_max_pg_per_osd"]
        );
        assert!(anonymous.map().crush.names.values().all(|name| !name.contains("acme")));
        let mut common = Config::default();
        common.set(SUBTREE_LIMIT, "host").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(anonymous_config(&common).made.len(), 1);
    }
}
