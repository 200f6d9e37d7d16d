//! The PGs that a change touches, before and after, in flat buffers.

use crushlab_osdmap::PgId;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::pg_state::PgState;
use super::settle::View;

/// A PG at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PgView<'a> {
    /// OSDs that shall hold it.
    pub up: &'a [i32],
    /// OSDs that serve it.
    pub acting: &'a [i32],
    /// Primary of `up`, -1 for none.
    pub up_primary: i32,
    /// Primary of `acting`, -1 for none.
    pub acting_primary: i32,
    /// What it is.
    pub state: PgState,
}

/// A PG that differs before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PgChange<'a> {
    /// The PG.
    #[serde(serialize_with = "as_text")]
    pub pgid: PgId,
    /// Before the change; absent for a PG that there was not yet.
    pub before: Option<PgView<'a>>,
    /// Right after it, with no data moved yet; absent for a PG that there is no more.
    pub after: Option<PgView<'a>>,
    /// When all data that can move has moved.
    pub healed: Option<PgView<'a>>,
}

fn as_text<S: Serializer>(pgid: &PgId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(pgid)
}

/// Where one PG's view lies in the buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Row {
    start: usize,
    up: u8,
    acting: Acting,
    up_primary: i32,
    acting_primary: i32,
    state: PgState,
    /// Whether there is such a PG at that time.
    exists: bool,
}

/// Most PGs are served by the OSDs that shall hold them; these are stored once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Acting {
    #[default]
    AsUp,
    Own(u8),
}

/// The PGs that a change touches, by rising [`PgId`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PgChanges {
    pgs: Vec<PgId>,
    /// Before, after and healed.
    rows: Vec<[Row; 3]>,
    osds: Vec<i32>,
}

impl PgChanges {
    /// How many PGs there are.
    pub fn len(&self) -> usize {
        self.pgs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pgs.is_empty()
    }

    /// The PG at this place; `None` past the end.
    pub fn get(&self, index: usize) -> Option<PgChange<'_>> {
        let [before, after, healed] = self.rows.get(index)?.map(|row| self.view(row));
        Some(PgChange { pgid: *self.pgs.get(index)?, before, after, healed })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = PgChange<'_>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    fn view(&self, row: Row) -> Option<PgView<'_>> {
        let middle = row.start + usize::from(row.up);
        let up = self.osds.get(row.start..middle)?;
        let acting = match row.acting {
            Acting::AsUp => up,
            Acting::Own(length) => self.osds.get(middle..middle + usize::from(length))?,
        };
        row.exists.then_some(PgView {
            up,
            acting,
            up_primary: row.up_primary,
            acting_primary: row.acting_primary,
            state: row.state,
        })
    }

    pub(crate) fn push(&mut self, pg: PgId, views: [Option<&View>; 3]) {
        let rows = views.map(|view| view.map_or_else(Row::default, |view| self.store(view)));
        self.pgs.push(pg);
        self.rows.push(rows);
    }

    fn store(&mut self, view: &View) -> Row {
        // Mappings have at most as many OSDs as fit into a byte (`limits::MAX_PG_OSDS`).
        let length = |osds: &[i32]| u8::try_from(osds.len()).unwrap_or(u8::MAX);
        let start = self.osds.len();
        let up = length(&view.up);
        self.osds.extend_from_slice(&view.up[..usize::from(up)]);
        let acting = if view.acting == view.up {
            Acting::AsUp
        } else {
            let acting = length(&view.acting);
            self.osds.extend_from_slice(&view.acting[..usize::from(acting)]);
            Acting::Own(acting)
        };
        Row {
            start,
            up,
            acting,
            up_primary: view.up_primary,
            acting_primary: view.acting_primary,
            state: view.state,
            exists: true,
        }
    }

    /// Adds the PGs of another list, all behind those of this one.
    pub(crate) fn append(&mut self, other: &PgChanges) {
        let start = self.osds.len();
        self.pgs.extend_from_slice(&other.pgs);
        self.osds.extend_from_slice(&other.osds);
        self.rows.extend(
            other.rows.iter().map(|rows| rows.map(|row| Row { start: row.start + start, ..row })),
        );
    }
}

impl Serialize for PgChanges {
    /// A list of [`PgChange`].
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        self.iter().try_for_each(|change| list.serialize_element(&change))?;
        list.end()
    }
}
