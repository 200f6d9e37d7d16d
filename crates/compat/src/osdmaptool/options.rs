//! What the arguments ask for. Like osdmaptool, one argument after the other sets its option; the
//! last of several wins, marks of OSDs included.

use std::ffi::OsString;

use crushlab_osdmap::model::Release;

use super::settings::Settings;
use super::upmap::UpmapOptions;
use super::usage::usage;
use crate::arguments::Arguments;
use crate::console::Console;
use crate::number::{leading_float, leading_integer};
use crate::stop::{Outcome, Stop};

/// What the arguments ask for. Numbers of OSDs, pools and ranges that are not given are -1.
#[derive(Debug)]
pub(crate) struct Options {
    /// The release that the tool stands for.
    pub(crate) release: Release,
    /// The map's file, or the folder of `--range-first`.
    pub(crate) file: OsString,
    /// The format to print the map in; plain where it is empty.
    pub(crate) print: Option<String>,
    /// The format to print the tree in; plain where it is empty.
    pub(crate) tree: Option<String>,
    pub(crate) health: bool,
    pub(crate) create_simple: Option<i32>,
    pub(crate) create_from_conf: bool,
    pub(crate) default_pool: bool,
    pub(crate) pg_bits: i32,
    pub(crate) pgp_bits: i32,
    pub(crate) clobber: bool,
    pub(crate) settings: Settings,
    pub(crate) mark_up_in: bool,
    pub(crate) mark_out: i32,
    pub(crate) mark_up: i32,
    pub(crate) mark_in: i32,
    /// `OSD:WEIGHT` pairs, separated by commas.
    pub(crate) crush_weights: String,
    pub(crate) save: bool,
    pub(crate) clear_temp: bool,
    pub(crate) clean_temps: bool,
    pub(crate) upmap: UpmapOptions,
    pub(crate) import_crush: OsString,
    pub(crate) export_crush: OsString,
    pub(crate) test_object: String,
    pub(crate) test_pg: String,
    pub(crate) test_pgs: bool,
    pub(crate) test_pgs_dump: bool,
    pub(crate) test_pgs_dump_all: bool,
    pub(crate) test_random: bool,
    pub(crate) test_crush: bool,
    pub(crate) pool: i32,
    pub(crate) pg_num: i64,
    pub(crate) range_first: i32,
    pub(crate) range_last: i32,
    /// The text that the last option had. Options without one keep it.
    last_text: String,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            release: Release::OF_DROP_INS,
            file: OsString::new(),
            print: None,
            tree: None,
            health: false,
            create_simple: None,
            create_from_conf: false,
            default_pool: false,
            pg_bits: 6,
            pgp_bits: 6,
            clobber: false,
            settings: Settings::default(),
            mark_up_in: false,
            mark_out: -1,
            mark_up: -1,
            mark_in: -1,
            crush_weights: String::new(),
            save: false,
            clear_temp: false,
            clean_temps: false,
            upmap: UpmapOptions::default(),
            import_crush: OsString::new(),
            export_crush: OsString::new(),
            test_object: String::new(),
            test_pg: String::new(),
            test_pgs: false,
            test_pgs_dump: false,
            test_pgs_dump_all: false,
            test_random: false,
            test_crush: false,
            pool: -1,
            pg_num: -1,
            range_first: -1,
            range_last: -1,
            last_text: String::new(),
        }
    }
}

impl Options {
    /// Reads all arguments.
    ///
    /// # Errors
    /// What is wrong with the arguments.
    pub(crate) fn parse(
        mut arguments: Arguments,
        release: Release,
        console: &mut Console<'_>,
    ) -> Outcome<Options> {
        let mut options = Options { release, ..Options::default() };
        while arguments.more() {
            let taken = options.settings.take(&mut arguments)?
                || options.display(&mut arguments)
                || options.upmap.take(&mut arguments, &mut options.last_text)?
                || options.creation(&mut arguments)?
                || options.changes(&mut arguments)?
                || options.tests(&mut arguments)?
                || options.pgs(&mut arguments)?;
            if !taken {
                arguments.skip();
            }
        }
        let left_over = arguments.into_left_over();
        let [file] = left_over.as_slice() else {
            let problem = match left_over.is_empty() {
                true => "osdmaptool: must specify osdmap filename",
                false => "osdmaptool: too many arguments",
            };
            usage(problem, release, console)?;
            return Ok(options);
        };
        options.file = file.clone();
        options.settings.read_file()?;
        if options.upmap.deviation < 1 {
            usage("osdmaptool: upmap-deviation must be >= 1", release, console)?;
        }
        Ok(options)
    }

    /// Whether there is anything to do beside changes that are not kept.
    pub(crate) fn has_action(&self) -> bool {
        let shows = self.print.is_some() || self.tree.is_some() || self.health;
        let tests = self.test_pgs || self.test_pgs_dump || self.test_pgs_dump_all;
        let places = !self.test_pg.is_empty() || !self.test_object.is_empty();
        let crush = !self.export_crush.is_empty() || !self.import_crush.is_empty();
        shows || tests || places || crush || self.upmap.is_asked() || !self.crush_weights.is_empty()
    }

    fn display(&mut self, arguments: &mut Arguments) -> bool {
        if arguments.flag(&["-p", "--print"]) {
            self.print.get_or_insert_default();
        } else if let Some(format) = arguments.with_text_or_complaint("--dump") {
            let format = self.text(format);
            if format.is_empty() || format == "plain" {
                self.print.get_or_insert_default();
            } else {
                self.print = Some(format);
            }
        } else if let Some(format) = arguments.with_text_or_complaint("--tree") {
            let format = self.text(format);
            if format.is_empty() || format == "plain" {
                self.tree.get_or_insert_default();
            } else {
                self.tree = Some(format);
            }
        } else if arguments.flag(&["--health"]) {
            self.health = true;
        } else {
            return false;
        }
        true
    }

    /// The text that an option has, or that the last one had.
    fn text(&mut self, text: Option<String>) -> String {
        if let Some(text) = text {
            self.last_text = text;
        }
        self.last_text.clone()
    }

    fn creation(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        if let Some(count) = arguments.with_number("--createsimple") {
            arguments.check()?;
            self.create_simple = count;
        } else if arguments.flag(&["--with-default-pool"]) {
            self.default_pool = true;
        } else if arguments.flag(&["--create-from-conf"]) {
            self.create_from_conf = true;
        } else if arguments.flag(&["--clobber"]) {
            self.clobber = true;
        } else if let Some(bits) = arguments.with_number("--pg_bits") {
            arguments.check()?;
            self.pg_bits = bits.unwrap_or(self.pg_bits);
        } else if let Some(bits) = arguments.with_number("--pgp_bits") {
            arguments.check()?;
            self.pgp_bits = bits.unwrap_or(self.pgp_bits);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn changes(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        if arguments.flag(&["--mark-up-in"]) {
            self.mark_up_in = true;
        } else if let Some(osd) = arguments.with_text(&["--mark-out"])? {
            self.mark_out = self.osd(&osd, "--mark-out", leading_integer)?;
        } else if let Some(osd) = arguments.with_text(&["--mark-up"])? {
            self.mark_up = self.osd(&osd, "--mark-up", |text| leading_float(text) as i32)?;
        } else if let Some(osd) = arguments.with_text(&["--mark-in"])? {
            self.mark_in = self.osd(&osd, "--mark-in", |text| leading_float(text) as i32)?;
        } else if arguments.flag(&["--clear-temp"]) {
            self.clear_temp = true;
        } else if arguments.flag(&["--clean-temps"]) {
            self.clean_temps = true;
        } else if let Some(file) = arguments.with_value(&["--export_crush"])? {
            self.last_text = file.to_string_lossy().into_owned();
            self.export_crush = file;
        } else if let Some(file) = arguments.with_value(&["--import_crush"])? {
            self.last_text = file.to_string_lossy().into_owned();
            self.import_crush = file;
        } else if let Some(weights) = arguments.with_text_or_complaint("--adjust-crush-weight") {
            self.crush_weights = self.text(weights);
        } else if arguments.flag(&["--save"]) {
            self.save = true;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// The number of an OSD, which may have anything behind it.
    fn osd(&mut self, text: &str, option: &str, read: fn(&str) -> i32) -> Outcome<i32> {
        self.last_text = text.to_owned();
        let start = text.trim_start().trim_start_matches(['+', '-']);
        if !start.starts_with(|first: char| first.is_ascii_digit()) {
            let problem = format!("found '{text}', expected the number of an OSD, such as 3");
            return Err(Stop::error(format!("osdmaptool: {option}: {problem}")));
        }
        Ok(read(text))
    }

    fn tests(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        if arguments.flag(&["--test-map-pgs"]) {
            self.test_pgs = true;
        } else if arguments.flag(&["--test-map-pgs-dump"]) {
            self.test_pgs_dump = true;
        } else if arguments.flag(&["--test-map-pgs-dump-all"]) {
            self.test_pgs_dump_all = true;
        } else if arguments.flag(&["--test-random"]) {
            self.test_random = true;
        } else if let Some(pg) = arguments.with_text(&["--test_map_pg"])? {
            self.test_pg = self.text(Some(pg));
        } else if let Some(object) = arguments.with_text(&["--test_map_object"])? {
            self.test_object = self.text(Some(object));
        } else if arguments.flag(&["--test_crush"]) {
            self.test_crush = true;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn pgs(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        if let Some(count) = arguments.with_text_or_complaint("--pg_num") {
            let count = self.text(count);
            self.pg_num = count.parse().map_err(|_| {
                let problem = format!("found '{count}', expected a whole number");
                Stop::error(format!("error parsing integer value: {problem}"))
            })?;
        } else if let Some(number) = arguments.with_number("--range_first") {
            self.range_first = number.unwrap_or(self.range_first);
        } else if let Some(number) = arguments.with_number("--range_last") {
            self.range_last = number.unwrap_or(self.range_last);
        } else if let Some(pool) = arguments.with_number("--pool") {
            arguments.check()?;
            self.pool = pool.unwrap_or(self.pool);
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}
