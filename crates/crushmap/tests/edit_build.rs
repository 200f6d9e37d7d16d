//! Maps of layers and reclassified maps: the same bytes and the same lines as crushtool's.

#[path = "edit_support/tool.rs"]
mod tool;

use crushlab_crush::Algorithm;
use crushlab_crushmap::{CrushMap, Layer, Reclassify, ReclassifyBuckets};

use tool::{Answer, Likeness, Tool};

fn layer(name: &str, algorithm: Algorithm, size: usize) -> Layer {
    Layer { name: name.to_owned(), algorithm, size }
}

/// What crushtool builds, as arguments, and what is built here.
fn assert_built_alike(tool: &Tool, devices: usize, layers: &[Layer]) {
    let mut arguments = vec!["--build".to_owned(), "--num_osds".to_owned(), devices.to_string()];
    for layer in layers {
        let (name, algorithm) = (layer.name.clone(), layer.algorithm.name().to_owned());
        arguments.extend([name, algorithm, layer.size.to_string()]);
    }
    let answer = tool.edit(&[], &arguments);
    let built = CrushMap::build_layers(devices, layers);
    match (&answer, &built) {
        (Answer::Written { bytes, .. }, Ok(map)) => {
            if let Likeness::Different(difference) = tool::compare(bytes, map) {
                panic!("{arguments:?}\n{difference}\n{}", tool.decompile(bytes));
            }
        }
        (Answer::Refused { .. } | Answer::Crashed { .. }, Err(_)) => {}
        _ => panic!("{arguments:?}\n{answer}\nhere: {:?}", built.map(|_| "built")),
    }
}

#[test]
fn layers_are_built_as_crushtool_builds_them() {
    let Some(tool) = Tool::find() else {
        println!("SKIPPED: crushtool is not installed (Debian: apt-get install ceph-base)");
        return;
    };
    for algorithm in Algorithm::ALL {
        for devices in [0, 1, 5, 40] {
            for sizes in [(2, 3), (1, 0), (7, 2)] {
                let layers = [
                    layer("host", algorithm, sizes.0),
                    layer("rack", algorithm, sizes.1),
                    layer("root", Algorithm::Straw2, 0),
                ];
                assert_built_alike(&tool, devices, &layers);
            }
        }
    }
    let long = "a-name-of-18-bytes";
    for length in 14..=18 {
        assert_built_alike(&tool, 30, &[layer(&long[..length], Algorithm::Straw2, 2)]);
        assert_built_alike(&tool, 30, &[layer(&long[..length], Algorithm::Straw2, 0)]);
    }
    assert_built_alike(&tool, 3, &[layer("a b", Algorithm::Straw2, 2)]);
    assert_built_alike(&tool, 3, &[layer("host", Algorithm::Straw2, 2)]);
}

const PARALLEL: &str = "
device 0 osd.0\ndevice 1 osd.1\ndevice 2 osd.2\ndevice 3 osd.3
type 0 osd\ntype 1 host\ntype 2 root
host h0 { alg straw2\n hash 0\n item osd.0 weight 1 }
host h1 { alg straw2\n hash 0\n item osd.1 weight 2 }
host h0-ssd { alg straw2\n hash 0\n item osd.2 weight 0.5 }
host h9-ssd { alg straw2\n hash 0\n item osd.3 weight 0.25 }
root default { alg straw2\n hash 0\n item h0\n item h1 }
root default-ssd { alg straw2\n hash 0\n item h0-ssd\n item h9-ssd }
rule r { id 0\n type replicated\n min_size 1\n max_size 10
 step take default\n step chooseleaf firstn 0 type host\n step emit }
rule s { id 1\n type replicated\n min_size 1\n max_size 10
 step take default-ssd\n step chooseleaf firstn 0 type host\n step emit }
";

#[test]
fn reclassifying_says_and_does_what_crushtool_does() {
    let Some(tool) = Tool::find() else {
        println!("SKIPPED: crushtool is not installed (Debian: apt-get install ceph-base)");
        return;
    };
    let bytes = tool.compile(PARALLEL).expect("crushtool compiles the map");
    let words = "--set-subtree-class default hdd --reclassify --reclassify-root default hdd \
                 --reclassify-bucket %-ssd ssd default";
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    let Answer::Written { bytes: theirs, printed } = tool.edit(&bytes, &words) else {
        panic!("crushtool reclassifies the map");
    };
    let mut map = CrushMap::from_binary(&bytes).expect("crushtool's map is sound");
    let mut request = Reclassify::default();
    request.roots.insert("default".to_owned(), "hdd".to_owned());
    let (class, default_parent) = ("ssd".to_owned(), "default".to_owned());
    request.buckets.insert("%-ssd".to_owned(), ReclassifyBuckets { class, default_parent });
    let mut log = Vec::new();
    assert_eq!(map.set_subtree_class("default", "hdd"), Ok(()));
    assert_eq!(map.reclassify(&request, &mut log), Ok(()));
    assert_eq!(printed.lines().collect::<Vec<_>>(), log);
    assert_eq!(theirs, map.to_binary());
}
