//! Instruction sets: one kernel, compiled for each of them, and the choice between them.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `lanes` | the kernel itself, in plain loops |
//! | `rank` | the best items that lanes have seen so far |
//! | `hash` | the hash of three words |
//! | `log` | the logarithm in single precision, and how far it may be off |
//! | `x86_64` | AVX2 and AVX-512 |
//!
//! NEON and WebAssembly SIMD are what their compilers make of the same loops: NEON is part of
//! every aarch64 target, and WebAssembly decides when the module is compiled. So is SSE2 on x86-64.
//! The only unsafe lines are the calls after the processor was asked. [`KERNEL_VARIABLE`] or the
//! option `kernel` force a kernel, and `crushlab --version --verbose` tells which one runs.
//!
//! What was tried, in the order of what it gave (searches: see `batch`):
//!
//! - **Lanes are inputs, not items**, each line of the hash for all lanes before the next line. One
//!   vector at a time leaves the processor waiting for the line before: 16 lanes of AVX-512 took
//!   2.1 ns a hash, 32 1.6, 64 1.1, 128 0.75. AVX2: 8 lanes 4.3, 40 lanes 2.0. SSE2: 4 lanes 21, 32
//!   lanes 4.4. (Best of many short runs on a loaded machine; the plain hash took 16.)
//! - A loop over lanes around the whole hash was vectorised by the compiler as well, but as slowly
//!   as one vector at a time: it took reordering by the processor to overlap two. Dropped.
//! - **Hashes instead of draws** where weights are equal, **single precision** with a proven bound
//!   where they are not; what is too close to call is decided in whole numbers. `log` checks all
//!   65,536 hashes.
//! - **The hash of sixteen items in a function of its own** that is not inlined. Inside the draw
//!   the compiler kept other things in the registers and changed its mind with every line around it
//!   (AVX2 lost 40 % by another loop nearby). Handed a single item the function was slow, too: the
//!   compiler then hashed vector by vector. Inlined a line, a mix or a third of a mix at a time:
//!   1.2 to 2.2 ns instead of 0.8.
//! - **Rows turned by strided reads** for levels where each lane has a bucket of its own: four
//!   items of each lane are put in a list, and the list is read in strides of four, of which
//!   compilers make shuffles (0.11 ns a value on AVX-512). Weaving rows of a square took 0.25,
//!   since stores two places apart became scattered ones; filling columns item by item 0.19, for
//!   it stayed scalar. Placing on three levels became 30 % faster.
//! - **What lanes have seen so far stays in registers** for a block of items (`rank`), and blocks
//!   lie on lines of the cache. A third-best hash decides nearly all near ties of equal weights
//!   without hashing again; for straws a third-best costs more than the exact decisions it saves,
//!   but in buckets of a thousand.

mod hash;
pub(crate) mod lanes;
pub(crate) mod log;
mod rank;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use crate::flat::FlatMap;
use lanes::{Draws, draw_all};

/// The environment variable that forces a kernel.
pub const KERNEL_VARIABLE: &str = "CRUSHLAB_KERNEL";

/// What maps a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// The plain mapper, input by input: the definition of correct.
    Scalar,
    /// What the compilation target has anyway: SSE2 on x86-64.
    Baseline,
    /// x86-64 with AVX2.
    Avx2,
    /// x86-64 with AVX-512 (F, BW, DQ and VL).
    Avx512,
    /// aarch64.
    Neon,
    /// WebAssembly compiled with `simd128`.
    Simd128,
}

impl Kernel {
    /// Every kernel there is, on any machine, from the plainest on.
    pub const ALL: [Kernel; 6] = [
        Kernel::Scalar,
        Kernel::Baseline,
        Kernel::Avx2,
        Kernel::Avx512,
        Kernel::Neon,
        Kernel::Simd128,
    ];

    /// Its name, as [`KERNEL_VARIABLE`] takes it.
    pub fn name(self) -> &'static str {
        match self {
            Kernel::Scalar => "scalar",
            Kernel::Baseline => "baseline",
            Kernel::Avx2 => "avx2",
            Kernel::Avx512 => "avx512",
            Kernel::Neon => "neon",
            Kernel::Simd128 => "simd128",
        }
    }

    /// Whether it runs here.
    pub fn is_available(self) -> bool {
        match self {
            Kernel::Scalar => true,
            Kernel::Neon => cfg!(target_arch = "aarch64"),
            Kernel::Simd128 => cfg!(target_feature = "simd128"),
            // There the baseline is what has a name of its own.
            Kernel::Baseline => !Kernel::Neon.is_available() && !Kernel::Simd128.is_available(),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => x86_64::has_avx2(),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => x86_64::has_avx512(),
            #[cfg(not(target_arch = "x86_64"))]
            Kernel::Avx2 | Kernel::Avx512 => false,
        }
    }

    /// Those that run here, the fastest last.
    pub fn available() -> impl Iterator<Item = Kernel> {
        Kernel::ALL.into_iter().filter(|kernel| kernel.is_available())
    }

    /// The fastest that runs here.
    pub fn fastest() -> Kernel {
        Kernel::available().last().unwrap_or(Kernel::Scalar)
    }

    /// The one that [`KERNEL_VARIABLE`] asks for, the fastest where it asks for none. Looked up
    /// once.
    ///
    /// # Errors
    /// [`KernelError`] where it names none, or one that does not run here.
    pub fn from_environment() -> Result<Kernel, KernelError> {
        static CHOSEN: OnceLock<Result<Kernel, KernelError>> = OnceLock::new();
        CHOSEN
            .get_or_init(|| match std::env::var_os(KERNEL_VARIABLE) {
                Some(name) if !name.is_empty() => name.to_string_lossy().parse(),
                _ => Ok(Kernel::fastest()),
            })
            .clone()
    }
}

/// The one that the environment asks for, or the fastest where it asks for nothing that runs here.
impl Default for Kernel {
    fn default() -> Kernel {
        Kernel::from_environment().unwrap_or(Kernel::fastest())
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kernel {
    type Err = KernelError;

    /// The kernel of this name, if it runs here.
    fn from_str(name: &str) -> Result<Kernel, KernelError> {
        let kernel = Kernel::ALL.into_iter().find(|kernel| kernel.name() == name);
        match kernel {
            Some(kernel) if kernel.is_available() => Ok(kernel),
            Some(kernel) => Err(KernelError::Unavailable { kernel }),
            None => Err(KernelError::Unknown { name: name.into() }),
        }
    }
}

/// A kernel was asked for that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KernelError {
    /// There is none of this name.
    Unknown {
        /// The name.
        name: String,
    },
    /// It does not run on this machine.
    Unavailable {
        /// The kernel.
        kernel: Kernel,
    },
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KernelError::Unknown { name } => write!(f, "there is no kernel {name:?}")?,
            KernelError::Unavailable { kernel } => {
                write!(f, "the kernel {kernel} does not run on this machine")?;
            }
        }
        let names: Vec<&str> = Kernel::available().map(Kernel::name).collect();
        write!(f, ": expected one of {}", names.join(", "))
    }
}

impl std::error::Error for KernelError {}

/// [`hash3`](crushlab_crush::hash::hash3) of each of some words. Lists of unequal length end where
/// the shortest does.
#[allow(unsafe_code, reason = "a function compiled for instructions that were found to be there")]
pub(crate) fn hash3_each(kernel: Kernel, words: [&[u32]; 3], hashes: &mut [u32]) {
    match kernel {
        // SAFETY: the instructions that the function is compiled for are available.
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx2 if x86_64::has_avx2() => unsafe { x86_64::hash3_avx2(words, hashes) },
        // SAFETY: the instructions that the function is compiled for are available.
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512 if x86_64::has_avx512() => unsafe { x86_64::hash3_avx512(words, hashes) },
        _ => hash::hash3_each::<32>(words, hashes),
    }
}

/// Makes the first `len` draws. A kernel that does not run here is taken for the baseline.
#[allow(unsafe_code, reason = "a function compiled for instructions that were found to be there")]
pub(crate) fn draw(kernel: Kernel, flat: &FlatMap, draws: &mut Draws, len: usize) {
    match kernel {
        // SAFETY: the instructions that the function is compiled for are available.
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx2 if x86_64::has_avx2() => unsafe { x86_64::draw_avx2(flat, draws, len) },
        // SAFETY: the instructions that the function is compiled for are available.
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512 if x86_64::has_avx512() => unsafe { x86_64::draw_avx512(flat, draws, len) },
        _ => draw_all::<32, 4, 4, 32>(
            flat,
            draws,
            len,
            (columns_baseline, columns_baseline, columns_baseline),
        ),
    }
}

/// The hashes of the baseline's draws.
#[inline(never)]
fn columns_baseline<const L: usize>(
    xr: [&[u32; L]; 2],
    items: &[[u32; L]],
    hashes: &mut [[u32; L]],
) {
    hash::hash3_columns(xr, items, hashes);
}
