//! What a batch tells while it maps.

use crushlab_crush::trace::{Event, Observer, Refusal};

/// Follows the mapping of a batch.
///
/// The order of calls is that of the work, which goes through many inputs side by side; the calls
/// for one input come in the order of its own mapping.
pub trait Recorder {
    /// Whether anything is listened to.
    const ENABLED: bool = true;

    /// The reweight test refused a device to the input at `index` of the batch.
    fn rejected(&mut self, index: usize, device: i32);
}

/// Follows nothing, at no cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRecorder;

impl Recorder for NoRecorder {
    const ENABLED: bool = false;

    fn rejected(&mut self, _index: usize, _device: i32) {}
}

/// Hands on what the plain mapper tells of one input.
pub(super) struct Single<'a, R> {
    pub(super) index: usize,
    pub(super) recorder: &'a mut R,
}

impl<R: Recorder> Observer for Single<'_, R> {
    const ENABLED: bool = R::ENABLED;

    fn observe(&mut self, event: Event) {
        if let Event::Refused { item, reason: Refusal::Out } = event {
            self.recorder.rejected(self.index, item);
        }
    }
}
