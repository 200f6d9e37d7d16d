//! A sample of the long run over kernels, with seeds of its own. `CRUSHLAB_SEED` sets the first
//! one, `CRUSHLAB_MAPS` how many there are.

use crushlab_conformance::{KernelScore, check_kernels};
use crushlab_crush::batch::Kernel;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn every_kernel_maps_as_the_plain_mapper_does() {
    let (first, maps) = (number("CRUSHLAB_SEED", 5_000_000), number("CRUSHLAB_MAPS", 400));
    let mut total = KernelScore::default();
    for seed in first..first + maps {
        // Numbers that leave odd lanes over.
        total.add(check_kernels(seed, 150 + (seed % 170) as usize));
    }
    assert!(total.differences.is_empty(), "{:#?}", total.differences);
    let fast = Kernel::available().filter(|kernel| *kernel != Kernel::Scalar);
    for kernel in fast {
        let mappings = total.mappings.get(kernel.name()).copied().unwrap_or(0);
        assert!(mappings > maps * 100, "{kernel} made {mappings} mappings only");
    }
    assert!(total.rejections > maps, "only {} rejections", total.rejections);
}
