//! Mappings that crushtool printed, made again: `test/golden/mappings`, where `make.sh` says how
//! they were made. The same file is read by a test of the TypeScript library.

use std::fs;
use std::path::Path;

use crushlab_crush::{Mapper, Workspace, weight};
use crushlab_crushmap::CrushMap;

/// The value after an option of a command.
fn option<'a>(command: &[&'a str], name: &str) -> &'a str {
    let place = command.iter().position(|word| *word == name);
    command[place.expect("the command has the option") + 1]
}

fn reweights(command: &[&str], devices: usize) -> Vec<u32> {
    let mut reweights = vec![weight::ONE; devices];
    let places = command.iter().enumerate().filter(|(_, word)| **word == "--weight");
    for (place, _) in places {
        let device: usize = command[place + 1].parse().expect("a device");
        let reweight = command[place + 2].parse().expect("a reweight");
        reweights[device] = weight::from_f32(reweight).expect("a reweight in range");
    }
    reweights
}

#[test]
fn mappings_are_those_that_crushtool_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let vectors = fs::read_to_string(root.join("test/golden/mappings/vectors.txt"))
        .expect("the vectors are part of the repository");
    let mut compared = 0;
    for part in vectors.split("$ crushtool ").skip(1) {
        let mut lines = part.lines();
        let command: Vec<&str> = lines.next().unwrap_or_default().split_whitespace().collect();
        let bytes = fs::read(root.join(option(&command, "-i"))).expect("the map is there");
        let map = CrushMap::read(&bytes).expect("the map is whole").map().expect("and sound");
        let rule = option(&command, "--rule").parse().expect("a rule id");
        let size = option(&command, "--num-rep").parse().expect("a size");
        let reweights = reweights(&command, map.max_devices() as usize);
        // crushtool maps with choose_args set 0, or with the compat set where that is missing.
        let mapper = Mapper::new(&map, rule, size, &reweights)
            .expect("the rule exists")
            .with_choose_args(map.choose_args_for(0));
        let mut workspace = Workspace::new();
        for (x, line) in lines.enumerate() {
            let devices = mapper.place(x as u32, &mut workspace);
            let devices: Vec<String> = devices.iter().map(i32::to_string).collect();
            let expected = format!("CRUSH rule {rule} x {x} [{}]", devices.join(","));
            assert_eq!(line, expected, "{}", command.join(" "));
            compared += 1;
        }
    }
    assert!(compared > 1_000, "only {compared} mappings were compared");
}
