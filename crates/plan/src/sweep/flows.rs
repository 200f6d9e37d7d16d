//! What comes to OSDs, and what goes from them.

/// What comes to an OSD and goes from it. As a difference it may be below 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flow {
    /// Bytes that it still receives.
    pub(crate) arriving_bytes: i128,
    /// Bytes that it still gives away.
    pub(crate) leaving_bytes: i128,
    /// PGs that it shall hold.
    pub(crate) pgs: i64,
    is_touched: bool,
}

/// The flows of all OSDs; OSDs of no number that there is are left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flows {
    osds: Vec<Flow>,
    touched: Vec<i32>,
}

impl Flows {
    /// None, of this many OSDs.
    pub(crate) fn new(osds: usize) -> Flows {
        Flows { osds: vec![Flow::default(); osds], touched: Vec::new() }
    }

    /// The flow of an OSD; 0 for one that is not there.
    pub(crate) fn of(&self, osd: i32) -> Flow {
        let index = usize::try_from(osd).ok();
        index.and_then(|osd| self.osds.get(osd)).copied().unwrap_or_default()
    }

    /// Whether anything was counted of an OSD.
    pub(crate) fn touches(&self, osd: i32) -> bool {
        self.of(osd).is_touched
    }

    /// The OSDs of which anything was counted, in the order in which they first were.
    pub(crate) fn touched(&self) -> &[i32] {
        &self.touched
    }

    /// Changes the flow of an OSD.
    pub(crate) fn change(&mut self, osd: i32, change: impl FnOnce(&mut Flow)) {
        let Some(flow) = usize::try_from(osd).ok().and_then(|osd| self.osds.get_mut(osd)) else {
            return;
        };
        change(flow);
        if !flow.is_touched {
            flow.is_touched = true;
            self.touched.push(osd);
        }
    }

    /// Adds those of another list.
    pub(crate) fn add(&mut self, other: &Flows) {
        for osd in &other.touched {
            let more = other.of(*osd);
            self.change(*osd, |flow| {
                flow.arriving_bytes += more.arriving_bytes;
                flow.leaving_bytes += more.leaving_bytes;
                flow.pgs += more.pgs;
            });
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        for osd in self.touched.drain(..) {
            if let Some(flow) = self.osds.get_mut(osd as usize) {
                *flow = Flow::default();
            }
        }
    }
}
