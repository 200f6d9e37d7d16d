//! Counts over a range of inputs, and the lines that are printed of each.

use crushlab_crush::NONE;

/// What was stored where.
pub(super) struct Counts {
    /// Objects by device.
    pub(super) stored: Vec<i32>,
    /// Inputs by number of devices they were placed on, as far as there were any.
    pub(super) by_size: Vec<i32>,
}

impl Counts {
    pub(super) fn new(devices: usize) -> Counts {
        Counts { stored: vec![0; devices], by_size: Vec::new() }
    }

    /// Counts an input; returns whether no place of it stayed empty. What is no device (a rule
    /// may emit buckets) is stored nowhere.
    pub(super) fn count(&mut self, placed: &[i32]) -> bool {
        let mut complete = true;
        for item in placed {
            complete &= *item != NONE;
            let stored = usize::try_from(*item).ok().and_then(|item| self.stored.get_mut(item));
            if let Some(stored) = stored {
                *stored = stored.wrapping_add(1);
            }
        }
        if self.by_size.len() <= placed.len() {
            self.by_size.resize(placed.len() + 1, 0);
        }
        self.by_size[placed.len()] += 1;
        complete
    }
}

/// Makes the lines of mappings, in one buffer.
#[derive(Default)]
pub(super) struct Line {
    bytes: Vec<u8>,
    digits: itoa::Buffer,
}

impl Line {
    /// `CRUSH rule 0 x 1 [2,3]`
    pub(super) fn mapping(&mut self, kind: &str, rule: usize, x: i32, placed: &[i32]) -> &[u8] {
        self.bytes.clear();
        self.text(kind);
        self.text(" rule ");
        self.number(rule as i64);
        self.text(" x ");
        self.number(x.into());
        self.text(" ");
        self.list(placed)
    }

    /// `bad mapping rule 0 x 1 num_rep 3 result [2,3]`
    pub(super) fn bad_mapping(
        &mut self,
        rule: usize,
        x: i32,
        replicas: i32,
        placed: &[i32],
    ) -> &[u8] {
        self.bytes.clear();
        self.text("bad mapping rule ");
        self.number(rule as i64);
        self.text(" x ");
        self.number(x.into());
        self.text(" num_rep ");
        self.number(replicas.into());
        self.text(" result ");
        self.list(placed)
    }

    /// `1,2,3`
    pub(super) fn record(&mut self, x: i32, placed: &[i32]) -> &[u8] {
        self.bytes.clear();
        self.number(x.into());
        for item in placed {
            self.text(",");
            self.number((*item).into());
        }
        self.text("\n");
        &self.bytes
    }

    fn list(&mut self, placed: &[i32]) -> &[u8] {
        let mut separator = "[";
        if placed.is_empty() {
            self.text(separator);
        }
        for item in placed {
            self.text(separator);
            self.number((*item).into());
            separator = ",";
        }
        self.text("]\n");
        &self.bytes
    }

    fn text(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn number(&mut self, number: i64) {
        self.bytes.extend_from_slice(self.digits.format(number).as_bytes());
    }
}
