//! Searches side by side that do not come to an end are given up with the effort they belong to.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_crush::effort::Effort;
use crushlab_crush::{Algorithm, Bucket, MapBuilder, Mapper, Op, Rule, Step};
use crushlab_kernel::{Batch, Kernel, Path};

const FULL: u32 = 0x10000;

#[test]
fn searches_without_end_are_given_up() {
    let mut builder = MapBuilder::new();
    let bucket = Bucket::new(-1, 1, Algorithm::Straw2, &[0, 1, 2], &[FULL; 3], 1);
    builder.insert_bucket(bucket.expect("three devices")).expect("a root");
    builder.max_devices = 3;
    builder.tunables.choose_total_tries = i32::MAX as u32;
    builder.tunables.choose_local_tries = 0;
    builder.tunables.choose_local_fallback_tries = 0;
    for choose in [Op::ChooseFirstn, Op::ChooseIndep] {
        let steps = [(Op::SetChooseTries, i32::MAX), (Op::Take, -1), (choose, 0), (Op::Emit, 0)];
        let steps = steps.map(|(op, arg1)| Step::new(op, arg1, 0)).to_vec();
        builder.rules.push(Some(Rule::new(1, steps)));
    }
    let map = builder.build().expect("the map above is sound");
    // A device with the smallest reweight is in, but for almost no input.
    let reweights = [FULL, FULL, 1];
    for rule in 0..2 {
        let mapper = Mapper::new(&map, rule, 3, &reweights).expect("there are two rules");
        for kernel in Kernel::available() {
            let batch = Batch::new(mapper, kernel);
            assert_eq!(matches!(batch.path(), Path::Fast(_)), kernel != Kernel::Scalar);
            let effort = Arc::new(Effort::with_limit(1 << 20));
            let _entered = Effort::enter(Some(Arc::clone(&effort)));
            let threads = NonZeroUsize::new(2).expect("not 0");
            batch.place(&[1, 2, 3, 4, 5], threads);
            assert!(effort.is_exhausted(), "rule {rule}, {kernel}");
        }
    }
}
