//! Statements of a text, each part with the offset it was found at.

/// A value and the byte offset of its first character.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) offset: usize,
}

/// A whole number as written. What does not fit into 64 bits is the nearest that does, as with
/// `strtol`.
pub(super) type Number = At<i64>;
/// A name, borrowed from the text.
pub(super) type Name<'a> = At<&'a str>;

/// Everything in a text.
#[derive(Debug, Default)]
pub(super) struct Syntax<'a> {
    pub(super) tunables: Vec<(Name<'a>, Number)>,
    pub(super) devices: Vec<Device<'a>>,
    pub(super) types: Vec<(Number, Name<'a>)>,
    /// Buckets and rules in the order of the text.
    pub(super) definitions: Vec<Definition<'a>>,
    pub(super) choose_args: Vec<ChooseArgsSyntax>,
}

#[derive(Debug)]
pub(super) struct Device<'a> {
    pub(super) id: Number,
    pub(super) name: Name<'a>,
    pub(super) class: Option<Name<'a>>,
}

#[derive(Debug)]
pub(super) enum Definition<'a> {
    Bucket(BucketSyntax<'a>),
    Rule(RuleSyntax<'a>),
}

#[derive(Debug)]
pub(super) struct BucketSyntax<'a> {
    pub(super) type_name: Name<'a>,
    pub(super) name: Name<'a>,
    /// `id N` lines, with the class of a shadow's.
    pub(super) ids: Vec<(Number, Option<Name<'a>>)>,
    pub(super) algorithm: Name<'a>,
    /// Number of the hash function; 0 stands for `rjenkins1` too.
    pub(super) hash: Option<Number>,
    pub(super) items: Vec<ItemSyntax<'a>>,
}

#[derive(Debug)]
pub(super) struct ItemSyntax<'a> {
    pub(super) name: Name<'a>,
    pub(super) weight: Option<At<f32>>,
    pub(super) position: Option<Number>,
}

#[derive(Debug)]
pub(super) struct RuleSyntax<'a> {
    pub(super) name: Option<Name<'a>>,
    pub(super) id: Number,
    pub(super) rule_type: Number,
    pub(super) min_size: Option<Number>,
    pub(super) max_size: Option<Number>,
    pub(super) steps: Vec<StepSyntax<'a>>,
}

#[derive(Debug)]
pub(super) enum StepSyntax<'a> {
    Take { item: Name<'a>, class: Option<Name<'a>> },
    Choose { op: crushlab_crush::Op, count: Number, type_name: Name<'a> },
    Set { op: crushlab_crush::Op, value: Number },
    Noop,
    Emit,
}

#[derive(Debug)]
pub(super) struct ChooseArgsSyntax {
    pub(super) id: Number,
    pub(super) entries: Vec<ChooseArgSyntax>,
}

#[derive(Debug)]
pub(super) struct ChooseArgSyntax {
    pub(super) bucket: Number,
    pub(super) weight_sets: Option<Vec<At<Vec<At<f32>>>>>,
    pub(super) ids: Option<At<Vec<Number>>>,
}
