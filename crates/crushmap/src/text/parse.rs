//! Statements of the tokens.
//!
//! Alternatives are tried in crushtool's order, first match wins and nothing is tried again, so
//! that every text means here what it means there. What newer releases added (MSR rules, rules
//! without sizes) is understood too, and so is a rule type given as a number, which
//! `crushtool -d` prints but does not read.

use crushlab_crush::{
    Op, RULE_TYPE_ERASURE, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, RULE_TYPE_REPLICATED,
};

use super::scan::{Missing, Scanned, Scanner};
use super::syntax::{
    At, BucketSyntax, ChooseArgSyntax, ChooseArgsSyntax, Definition, Device, ItemSyntax, Name,
    Number, RuleSyntax, StepSyntax, Syntax,
};
use crate::error::TextError;

/// Reads a whole text.
pub(super) fn parse(text: &str) -> Result<Syntax<'_>, TextError> {
    let mut scanner = Scanner::new(text);
    let mut syntax = Syntax::default();
    loop {
        scanner.start_statement();
        if let Ok(tunable) = scanner.attempt(tunable) {
            syntax.tunables.push(tunable);
        } else if let Ok(device) = scanner.attempt(device) {
            syntax.devices.push(device);
        } else if let Ok(bucket_type) = scanner.attempt(bucket_type) {
            syntax.types.push(bucket_type);
        } else {
            break;
        }
    }
    syntax.definitions = scanner.many(|scanner| {
        scanner.start_statement();
        match scanner.attempt(bucket) {
            Ok(bucket) => Ok(Definition::Bucket(bucket)),
            Err(Missing) => rule(scanner).map(Definition::Rule),
        }
    });
    syntax.choose_args = scanner.many(|scanner| {
        scanner.start_statement();
        choose_args(scanner)
    });
    scanner.start_statement();
    scanner.end()?;
    Ok(syntax)
}

fn tunable<'a>(scanner: &mut Scanner<'a>) -> Scanned<(Name<'a>, Number)> {
    scanner.word("tunable")?;
    scanner.kind_is_known();
    Ok((scanner.name("a tunable's name")?, scanner.unsigned("a number from 0 up")?))
}

fn device<'a>(scanner: &mut Scanner<'a>) -> Scanned<Device<'a>> {
    scanner.word("device")?;
    scanner.kind_is_known();
    let id = scanner.unsigned("a device id (0 and up)")?;
    let name = scanner.name("a device's name")?;
    Ok(Device { id, name, class: scanner.optional(class) })
}

fn class<'a>(scanner: &mut Scanner<'a>) -> Scanned<Name<'a>> {
    scanner.word("class")?;
    scanner.name("a device class")
}

fn bucket_type<'a>(scanner: &mut Scanner<'a>) -> Scanned<(Number, Name<'a>)> {
    scanner.word("type")?;
    scanner.kind_is_known();
    Ok((scanner.unsigned("a type id (0 and up)")?, scanner.name("a type's name")?))
}

fn bucket<'a>(scanner: &mut Scanner<'a>) -> Scanned<BucketSyntax<'a>> {
    let type_name = scanner.name("a bucket's type")?;
    let name = scanner.name("a bucket's name")?;
    scanner.word("{")?;
    scanner.kind_is_known();
    let ids = scanner.many(|scanner| {
        scanner.word("id")?;
        Ok((scanner.negative("a bucket id (-1 and down)")?, scanner.optional(class)))
    });
    scanner.word("alg")?;
    let algorithm = scanner.name("a bucket algorithm")?;
    let hash = scanner.many(hash).pop();
    let items = scanner.many(item);
    scanner.word("}")?;
    Ok(BucketSyntax { type_name, name, ids, algorithm, hash, items })
}

fn hash(scanner: &mut Scanner<'_>) -> Scanned<Number> {
    scanner.word("hash")?;
    match scanner.attempt(|scanner| scanner.signed("the number of a hash function")) {
        Ok(number) => Ok(number),
        Err(Missing) => Ok(At { value: 0, offset: scanner.word("rjenkins1")? }),
    }
}

fn item<'a>(scanner: &mut Scanner<'a>) -> Scanned<ItemSyntax<'a>> {
    scanner.word("item")?;
    let name = scanner.name("an item's name")?;
    let weight = scanner.optional(|scanner| {
        scanner.word("weight")?;
        scanner.real("a weight")
    });
    let position = scanner.optional(|scanner| {
        scanner.word("pos")?;
        scanner.unsigned("a position (0 and up)")
    });
    Ok(ItemSyntax { name, weight, position })
}

fn rule<'a>(scanner: &mut Scanner<'a>) -> Scanned<RuleSyntax<'a>> {
    scanner.word("rule")?;
    scanner.kind_is_known();
    let name = scanner.optional(|scanner| scanner.name("a rule's name"));
    scanner.word("{")?;
    if scanner.word("id").is_err() {
        scanner.word("ruleset")?;
    }
    let id = scanner.unsigned("a rule id (0 and up)")?;
    scanner.word("type")?;
    let rule_type = rule_type(scanner)?;
    let min_size = scanner.optional(|scanner| size(scanner, "min_size"));
    let max_size = scanner.optional(|scanner| size(scanner, "max_size"));
    let mut steps = vec![step(scanner)?];
    steps.extend(scanner.many(step));
    scanner.word("}")?;
    Ok(RuleSyntax { name, id, rule_type, min_size, max_size, steps })
}

fn size(scanner: &mut Scanner<'_>, word: &'static str) -> Scanned<Number> {
    scanner.word(word)?;
    scanner.unsigned("a number from 0 up")
}

fn rule_type(scanner: &mut Scanner<'_>) -> Scanned<Number> {
    for (word, number) in [
        ("replicated", RULE_TYPE_REPLICATED),
        ("erasure", RULE_TYPE_ERASURE),
        ("msr_firstn", RULE_TYPE_MSR_FIRSTN),
        ("msr_indep", RULE_TYPE_MSR_INDEP),
    ] {
        if let Ok(offset) = scanner.word(word) {
            return Ok(At { value: i64::from(number), offset });
        }
    }
    scanner.unsigned("the number of a type")
}

/// Steps that set a value for the rest of their rule.
pub(super) const SETTINGS: [(&str, Op); 8] = [
    ("set_choose_tries", Op::SetChooseTries),
    ("set_choose_local_tries", Op::SetChooseLocalTries),
    ("set_choose_local_fallback_tries", Op::SetChooseLocalFallbackTries),
    ("set_chooseleaf_tries", Op::SetChooseleafTries),
    ("set_chooseleaf_vary_r", Op::SetChooseleafVaryR),
    ("set_chooseleaf_stable", Op::SetChooseleafStable),
    ("set_msr_descents", Op::SetMsrDescents),
    ("set_msr_collision_tries", Op::SetMsrCollisionTries),
];

fn step<'a>(scanner: &mut Scanner<'a>) -> Scanned<StepSyntax<'a>> {
    scanner.word("step")?;
    if let Ok(take) = scanner.attempt(take) {
        return Ok(take);
    }
    for (word, op) in SETTINGS {
        let setting = scanner.attempt(|scanner| {
            scanner.word(word)?;
            Ok(StepSyntax::Set { op, value: scanner.unsigned("a number from 0 up")? })
        });
        if setting.is_ok() {
            return setting;
        }
    }
    if let Ok(choose) = scanner.attempt(choose) {
        return Ok(choose);
    }
    if scanner.word("noop").is_ok() {
        return Ok(StepSyntax::Noop);
    }
    scanner.word("emit").map(|_| StepSyntax::Emit)
}

fn take<'a>(scanner: &mut Scanner<'a>) -> Scanned<StepSyntax<'a>> {
    scanner.word("take")?;
    let item = scanner.name("the name of a bucket or device")?;
    Ok(StepSyntax::Take { item, class: scanner.optional(class) })
}

fn choose<'a>(scanner: &mut Scanner<'a>) -> Scanned<StepSyntax<'a>> {
    let (firstn, indep) = if scanner.word("chooseleaf").is_ok() {
        (Op::ChooseleafFirstn, Op::ChooseleafIndep)
    } else if scanner.word("choosemsr").is_ok() {
        (Op::ChooseMsr, Op::ChooseMsr)
    } else {
        scanner.word("choose")?;
        (Op::ChooseFirstn, Op::ChooseIndep)
    };
    let op = if firstn == indep {
        firstn
    } else if scanner.word("indep").is_ok() {
        indep
    } else {
        scanner.word("firstn")?;
        firstn
    };
    let count = scanner.signed("how many to choose")?;
    scanner.word("type")?;
    Ok(StepSyntax::Choose { op, count, type_name: scanner.name("a type's name")? })
}

fn choose_args(scanner: &mut Scanner<'_>) -> Scanned<ChooseArgsSyntax> {
    scanner.word("choose_args")?;
    scanner.kind_is_known();
    let id = scanner.unsigned("the id of a pool")?;
    scanner.word("{")?;
    let entries = scanner.many(choose_arg);
    scanner.word("}")?;
    Ok(ChooseArgsSyntax { id, entries })
}

fn choose_arg(scanner: &mut Scanner<'_>) -> Scanned<ChooseArgSyntax> {
    scanner.word("{")?;
    scanner.word("bucket_id")?;
    let bucket = scanner.negative("a bucket id (-1 and down)")?;
    let weight_sets = scanner.optional(|scanner| {
        scanner.word("weight_set")?;
        scanner.word("[")?;
        let sets = scanner.many(|scanner| list(scanner, |scanner| scanner.real("a weight")));
        scanner.word("]")?;
        Ok(sets)
    });
    let ids = scanner.optional(|scanner| {
        scanner.word("ids")?;
        list(scanner, |scanner| scanner.signed("an id"))
    });
    scanner.word("}")?;
    Ok(ChooseArgSyntax { bucket, weight_sets, ids })
}

/// `[ a b c ]`
fn list<'a, T>(
    scanner: &mut Scanner<'a>,
    read: impl FnMut(&mut Scanner<'a>) -> Scanned<T>,
) -> Scanned<At<Vec<T>>> {
    let offset = scanner.word("[")?;
    let value = scanner.many(read);
    scanner.word("]")?;
    Ok(At { value, offset })
}
