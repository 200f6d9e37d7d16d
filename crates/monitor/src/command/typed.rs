//! Commands that are made in the program, without a text to be read.

use crushlab_osdmap::PgId;
use crushlab_osdmap::model::Uuid;

use super::arguments::Arguments;
use super::table::named;
use super::value::Value;
use super::{Command, shell};

impl Command {
    /// `ceph osd new UUID`.
    pub fn new_osd(uuid: Uuid) -> Command {
        Typed::new("osd new").with("uuid", Value::Uuid(uuid), &uuid_text(uuid)).done()
    }

    /// `ceph osd crush add osd.N WEIGHT TYPE=NAME…`. The weight is rounded to five decimals, as
    /// Ceph's tools show weights; places are pairs of a bucket type and a bucket's name.
    pub fn add_to_crush(osd: i32, weight: f64, places: &[(String, String)]) -> Command {
        let (weight, text) = rounded(weight);
        let mut command = Typed::new("osd crush add")
            .with("id", Value::Osd(osd), &format!("osd.{osd}"))
            .with("weight", Value::Decimal(weight), &text);
        for (type_name, name) in places {
            command = command.text("args", &format!("{type_name}={name}"));
        }
        command.done()
    }

    /// `ceph osd crush reweight osd.N WEIGHT`; the weight is rounded to five decimals.
    pub fn reweight_in_crush(osd: i32, weight: f64) -> Command {
        let (weight, text) = rounded(weight);
        let command = Typed::new("osd crush reweight").text("name", &format!("osd.{osd}"));
        command.with("weight", Value::Decimal(weight), &text).done()
    }

    /// `ceph osd crush set-device-class CLASS osd.N`.
    pub fn set_device_class(class: &str, osd: i32) -> Command {
        let command = Typed::new("osd crush set-device-class").text("class", class);
        command.text("ids", &format!("osd.{osd}")).done()
    }

    /// `ceph osd erasure-code-profile set NAME KEY=VALUE…`.
    pub fn set_erasure_code_profile(name: &str, settings: &[(String, String)]) -> Command {
        let mut command = Typed::new("osd erasure-code-profile set").text("name", name);
        for (key, value) in settings {
            command = command.text("profile", &format!("{key}={value}"));
        }
        command.done()
    }

    /// `ceph osd pool create NAME PG_NUM PG_NUM erasure PROFILE`.
    pub fn create_erasure_pool(name: &str, pg_num: u32, profile: &str) -> Command {
        let number = || Value::Whole(i64::from(pg_num));
        Typed::new("osd pool create")
            .text("pool", name)
            .with("pg_num", number(), &pg_num.to_string())
            .with("pgp_num", number(), &pg_num.to_string())
            .text("pool_type", "erasure")
            .text("erasure_code_profile", profile)
            .done()
    }

    /// `ceph osd pool rm NAME NAME --yes-i-really-really-mean-it`.
    pub fn remove_pool(name: &str) -> Command {
        let command = Typed::new("osd pool rm").text("pool", name).text("pool2", name);
        let sure = "--yes-i-really-really-mean-it";
        command.with("yes_i_really_really_mean_it", Value::Flag, sure).done()
    }

    /// `ceph osd pool rename FROM TO`.
    pub fn rename_pool(from: &str, to: &str) -> Command {
        Typed::new("osd pool rename").text("srcpool", from).text("destpool", to).done()
    }

    /// `ceph osd pg-upmap-items PG FROM TO…`.
    pub fn upmap_items(pg: PgId, pairs: &[(i32, i32)]) -> Command {
        let mut command =
            Typed::new("osd pg-upmap-items").with("pgid", Value::Pg(pg), &pg.to_string());
        for osd in pairs.iter().flat_map(|(from, to)| [from, to]) {
            command = command.with("id", Value::Osd(*osd), &osd.to_string());
        }
        command.done()
    }
}

/// A command that is being put together: its arguments, and how it is typed.
struct Typed {
    words: &'static str,
    arguments: Arguments,
    line: Vec<String>,
}

impl Typed {
    fn new(words: &'static str) -> Typed {
        let line = ["ceph"].into_iter().chain(words.split(' ')).map(str::to_owned).collect();
        Typed { words, arguments: Arguments::default(), line }
    }

    fn with(mut self, name: &'static str, value: Value, text: &str) -> Typed {
        self.arguments.add(name, value);
        self.line.push(text.to_owned());
        self
    }

    fn text(self, name: &'static str, text: &str) -> Typed {
        self.with(name, Value::Text(text.to_owned()), text)
    }

    fn done(self) -> Command {
        let line = shell::joined(self.line.iter().map(String::as_str));
        let signature = named(self.words).expect("the words above are in the table");
        Command { signature, arguments: self.arguments, line, file: None }
    }
}

/// A weight with five decimals, and its text.
fn rounded(weight: f64) -> (f64, String) {
    let text = format!("{weight:.5}");
    (text.parse().unwrap_or(weight), text)
}

fn uuid_text(uuid: Uuid) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(uuid));
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_commands_are_those_that_their_lines_are_read_as() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let mut uuid = [7; 16];
        uuid[0] = 0;
        for (command, line) in [
            (Command::new_osd(uuid), "ceph osd new 00070707-0707-0707-0707-070707070707"),
            (
                Command::add_to_crush(3, 0.909_701, &[pair("host", "h1"), pair("root", "default")]),
                "ceph osd crush add osd.3 0.90970 host=h1 root=default",
            ),
            (Command::reweight_in_crush(3, 2.0), "ceph osd crush reweight osd.3 2.00000"),
            (
                Command::set_device_class("my class", 3),
                "ceph osd crush set-device-class 'my class' osd.3",
            ),
            (
                Command::set_erasure_code_profile("p", &[pair("k", "4"), pair("m", "2")]),
                "ceph osd erasure-code-profile set p k=4 m=2",
            ),
            (
                Command::create_erasure_pool("a b", 16, "p"),
                "ceph osd pool create 'a b' 16 16 erasure p",
            ),
            (
                Command::remove_pool("$a"),
                "ceph osd pool rm '$a' '$a' --yes-i-really-really-mean-it",
            ),
            (Command::rename_pool("a", "it's"), "ceph osd pool rename a \"it's\""),
            (
                Command::upmap_items(PgId::new(1, 31), &[(1, 2), (3, 4)]),
                "ceph osd pg-upmap-items 1.1f 1 2 3 4",
            ),
        ] {
            assert_eq!(command.to_string(), line);
            let read = Command::parse(line).expect(line);
            assert_eq!(read.signature.words, command.signature.words, "{line}");
            assert_eq!(read.arguments, command.arguments, "{line}");
        }
    }
}
