//! What the arguments ask for. Like crushtool, one argument after the other sets its option; the
//! last of several wins, and some options share a name or a number with others.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crushlab_crushmap::Release;
use crushlab_crushmap::edit::Location;

use super::tester::TestOptions;
use crate::arguments::Arguments;
use crate::console::Console;
use crate::number::{leading_float, leading_integer};
use crate::stop::{Outcome, Stop};

/// The options that set a tunable, by the tunable's name.
const TUNABLES: [&str; 8] = [
    "choose_local_tries",
    "choose_local_fallback_tries",
    "choose_total_tries",
    "chooseleaf_descend_once",
    "chooseleaf_vary_r",
    "chooseleaf_stable",
    "straw_calc_version",
    "allowed_bucket_algs",
];

/// One layer of `--build`.
#[derive(Debug)]
pub(crate) struct LayerArgument {
    pub(crate) name: String,
    pub(crate) algorithm: String,
    pub(crate) size: i32,
}

/// Device added or updated by `--add-item` and `--update-item`, and what `--add-bucket` makes of
/// the same name.
#[derive(Debug)]
pub(crate) struct AddOptions {
    pub(crate) item: i32,
    pub(crate) weight: f32,
    pub(crate) name: String,
    pub(crate) update: bool,
    pub(crate) bucket: bool,
    pub(crate) bucket_type: String,
}

/// What `--create-…-rule` and `--remove-rule` ask for. They share the name.
#[derive(Debug, Default)]
pub(crate) struct RuleOptions {
    pub(crate) add: bool,
    pub(crate) remove: bool,
    pub(crate) name: String,
    pub(crate) root: String,
    pub(crate) failure_domain: String,
    pub(crate) mode: String,
    pub(crate) device_class: String,
}

/// What the arguments ask for.
#[derive(Debug)]
pub(crate) struct Options {
    /// The release that the tool stands for.
    pub(crate) release: Release,
    /// Binary map to read; empty where there is none.
    pub(crate) input: OsString,
    /// Text to compile.
    pub(crate) source: Option<OsString>,
    /// File to write; empty where there is none.
    pub(crate) output: OsString,
    pub(crate) verbose: bool,
    pub(crate) decompile: bool,
    pub(crate) build: bool,
    pub(crate) device_count: i32,
    pub(crate) layers: Vec<LayerArgument>,
    /// Values of tunables, in the order they are set. Negative ones set nothing.
    pub(crate) tunables: [(&'static str, i32); 8],
    adjust: bool,
    pub(crate) reweighted: Option<(String, f32)>,
    pub(crate) removed: String,
    pub(crate) add: AddOptions,
    pub(crate) moved: Option<String>,
    pub(crate) location: Location,
    pub(crate) rule: RuleOptions,
    pub(crate) reweight: bool,
    pub(crate) rebuild_class_roots: bool,
    pub(crate) subtree_classes: BTreeMap<String, String>,
    pub(crate) reclassify: bool,
    pub(crate) reclassify_roots: BTreeMap<String, String>,
    /// Class and default parent by pattern.
    pub(crate) reclassify_buckets: BTreeMap<String, (String, String)>,
    pub(crate) show_location: i32,
    pub(crate) tree: bool,
    pub(crate) bucket_tree: bool,
    pub(crate) bucket_name: String,
    pub(crate) dump: bool,
    pub(crate) format: String,
    pub(crate) check: bool,
    pub(crate) check_max_id: i32,
    pub(crate) test: bool,
    pub(crate) tester: TestOptions,
    /// Map to compare with; empty where there is none.
    pub(crate) compare: OsString,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            release: Release::OF_DROP_INS,
            input: OsString::new(),
            source: None,
            output: OsString::new(),
            verbose: false,
            decompile: false,
            build: false,
            device_count: 0,
            layers: Vec::new(),
            tunables: TUNABLES.map(|name| (name, -1)),
            adjust: false,
            reweighted: None,
            removed: String::new(),
            add: AddOptions {
                item: -1,
                weight: 0.0,
                name: String::new(),
                update: false,
                bucket: false,
                bucket_type: String::new(),
            },
            moved: None,
            location: Location::default(),
            rule: RuleOptions::default(),
            reweight: false,
            rebuild_class_roots: false,
            subtree_classes: BTreeMap::new(),
            reclassify: false,
            reclassify_roots: BTreeMap::new(),
            reclassify_buckets: BTreeMap::new(),
            show_location: -1,
            tree: false,
            bucket_tree: false,
            bucket_name: String::new(),
            dump: false,
            format: String::new(),
            check: false,
            check_max_id: -1,
            test: false,
            tester: TestOptions::default(),
            compare: OsString::new(),
        }
    }
}

impl Options {
    /// Reads all arguments. Some options print at once.
    ///
    /// # Errors
    /// What is wrong with the arguments; code 0 after `--help-output`.
    pub(crate) fn parse(
        mut arguments: Arguments,
        release: Release,
        console: &mut Console<'_>,
    ) -> Outcome<Options> {
        let tester = TestOptions::new(release);
        let mut options = Options { release, tester, ..Options::default() };
        while arguments.more() {
            let taken = options.files(&mut arguments)?
                || options.display(&mut arguments)?
                || options.tunables(&mut arguments)
                || options.items(&mut arguments)?
                || options.rules(&mut arguments, console)?
                || options.classes(&mut arguments)?
                || options.tester.take(&mut arguments)?
                || options.data_files(&mut arguments, console)?;
            if !taken {
                arguments.skip();
            }
        }
        let left_over = arguments.into_left_over().into_iter();
        let left_over = left_over.map(|argument| argument.to_string_lossy().into_owned());
        options.check(left_over.collect(), console)?;
        Ok(options)
    }

    fn files(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        if let Some(file) = arguments.with_value(&["-d", "--decompile"])? {
            self.input = file;
            self.decompile = true;
        } else if let Some(file) = arguments.with_value(&["-i", "--infn"])? {
            self.input = file;
        } else if let Some(file) = arguments.with_value(&["-o", "--outfn"])? {
            self.output = file;
        } else if let Some(file) = arguments.with_value(&["-c", "--compile"])? {
            self.source = Some(file);
        } else if let Some(file) = arguments.with_value(&["--compare"])? {
            self.compare = file;
        } else if arguments.flag(&["-v", "--verbose"]) {
            self.verbose = true;
        } else if arguments.flag(&["--build"]) {
            self.build = true;
        } else if let Some(count) = arguments.with_number("--num_osds") {
            arguments.check()?;
            self.device_count = count.unwrap_or(0);
        } else {
            // Maps with tunables that crushtool once called unsafe need this flag no more.
            return Ok(arguments.flag(&["--enable-unsafe-tunables"]));
        }
        Ok(true)
    }

    fn display(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        if arguments.flag(&["--tree"]) {
            self.tree = true;
        } else if arguments.flag(&["--bucket-tree"]) {
            self.bucket_tree = true;
        } else if let Some(name) = arguments.with_text(&["-b", "--bucket-name"])? {
            self.bucket_name = name;
        } else if let Some(format) = arguments.with_text(&["-f", "--format"])? {
            self.format = format;
        } else if arguments.flag(&["--dump"]) {
            self.dump = true;
        } else if let Some(id) = arguments.with_number("--check") {
            self.check = true;
            self.check_max_id = id.unwrap_or(self.check_max_id);
        } else if let Some(id) = arguments.with_number("--show-location") {
            self.show_location = id.unwrap_or(self.show_location);
        } else if arguments.flag(&["-t", "--test"]) {
            self.test = true;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn tunables(&mut self, arguments: &mut Arguments) -> bool {
        for (name, setting) in &mut self.tunables {
            if let Some(value) = arguments.with_number(&format!("--set_{name}")) {
                *setting = value.unwrap_or(*setting);
                self.adjust = true;
                return true;
            }
        }
        false
    }

    fn items(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        let add = &mut self.add;
        for (option, update) in [("--add-item", false), ("--update-item", true)] {
            if let Some(item) = arguments.with_number(option) {
                arguments.check()?;
                add.item = item.unwrap_or(add.item);
                add.update |= update;
                add.weight = leading_float(&arguments.following(option)?) as f32;
                add.name = arguments.following(option)?;
                return Ok(true);
            }
        }
        if arguments.flag(&["--add-bucket"]) {
            add.name = arguments.following("--add-bucket")?;
            add.bucket_type = arguments.following("--add-bucket")?;
            arguments.check()?;
            add.bucket = true;
        } else if arguments.flag(&["--move"]) {
            let name = arguments.following("--move")?;
            arguments.check()?;
            self.moved = Some(name);
        } else if let Some(kind) = arguments.with_text(&["--loc"])? {
            self.location.set(&kind, &arguments.following("--loc")?);
        } else if let Some(name) = arguments.with_text(&["--remove-item"])? {
            self.removed = name;
        } else if let Some(name) = arguments.with_text(&["--reweight-item"])? {
            let weight = leading_float(&arguments.following("--reweight-item")?);
            self.reweighted = Some((name, weight as f32));
        } else if arguments.flag(&["--reweight"]) {
            self.reweight = true;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn rules(&mut self, arguments: &mut Arguments, console: &mut Console<'_>) -> Outcome<bool> {
        let rule = &mut self.rule;
        for option in ["--create-simple-rule", "--create-replicated-rule"] {
            let Some(name) = arguments.with_text(&[option])? else { continue };
            rule.name = name;
            arguments.check()?;
            rule.root = arguments.following(option)?;
            rule.failure_domain = arguments.following(option)?;
            let mut line = format!(
                "{option}: name={} root={} type={}",
                rule.name, rule.root, rule.failure_domain
            );
            if option == "--create-simple-rule" {
                rule.mode = arguments.following(option)?;
                line = format!("{line} mode={}", rule.mode);
            } else {
                rule.mode = "firstn".to_owned();
            }
            console.line(&line)?;
            rule.add = true;
            return Ok(true);
        }
        if let Some(class) = arguments.with_text(&["--device-class"])? {
            rule.device_class = class;
        } else if let Some(name) = arguments.with_text(&["--remove-rule"])? {
            rule.name = name;
            rule.remove = true;
        } else {
            return Ok(false);
        }
        arguments.check()?;
        Ok(true)
    }

    fn classes(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        if arguments.flag(&["--reclassify"]) {
            self.reclassify = true;
        } else if let Some(pattern) = arguments.with_text(&["--reclassify-bucket"])? {
            let class = arguments.following("--reclassify-bucket")?;
            let parent = arguments.following("--reclassify-bucket")?;
            self.reclassify_buckets.insert(pattern, (class, parent));
        } else if let Some(root) = arguments.with_text(&["--reclassify-root"])? {
            let class = arguments.following("--reclassify-root")?;
            self.reclassify_roots.insert(root, class);
        } else if let Some(root) = arguments.with_text(&["--set-subtree-class"])? {
            let class = arguments.following("--set-subtree-class")?;
            self.subtree_classes.insert(root, class);
        } else if arguments.flag(&["--rebuild-class-roots"]) {
            self.rebuild_class_roots = true;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn data_files(
        &mut self,
        arguments: &mut Arguments,
        console: &mut Console<'_>,
    ) -> Outcome<bool> {
        if arguments.flag(&["--help-output"]) {
            console.text(include_str!("help_output.txt"))?;
            return Err(Stop { code: 0, message: String::new() });
        }
        let Some(name) = arguments.with_text(&["--output-name"])? else { return Ok(false) };
        // Nothing is taken from what follows, but something has to.
        if !arguments.has_following() {
            return Err(Stop::error("expecting additional argument to --output-name"));
        }
        self.tester.csv_prefix = name + "-";
        Ok(true)
    }

    /// Checks that there is something to do, and that the arguments left over are layers.
    fn check(&mut self, left_over: Vec<String>, console: &mut Console<'_>) -> Outcome {
        let compares = !self.compare.is_empty();
        if self.test && !self.check && !self.tester.has_output() && !compares {
            console.warn("WARNING: no output selected; use --output-csv or --show-X");
        }
        if self.test {
            self.tester.complete();
        }
        let compile = self.source.is_some();
        if [self.decompile, compile, self.build].iter().filter(|mode| **mode).count() > 1 {
            let message = "cannot specify more than one of compile, decompile, and build";
            return Err(Stop::error(message));
        }
        let reads = compile || self.decompile || self.build;
        let shows = self.check || self.test || self.tree || self.dump || self.bucket_tree;
        let locates = self.show_location >= 0;
        let adds = self.add.item >= 0 || self.add.bucket || self.moved.is_some();
        let rules = self.rule.add || self.rule.remove;
        let adjusts = self.reweight || self.adjust || self.reclassify || self.rebuild_class_roots;
        let named = !self.removed.is_empty()
            || self.reweighted.as_ref().is_some_and(|(name, _)| !name.is_empty());
        if !(reads || shows || locates || adds || rules || adjusts || named || compares) {
            return Err(Stop::error("no action specified; -h for help"));
        }
        if !self.build && !left_over.is_empty() {
            let list = left_over.join(",");
            return Err(Stop::error(format!("unrecognized arguments: [{list}]")));
        }
        if !left_over.len().is_multiple_of(3) {
            return Err(Stop::error(format!(
                "remaining args: [{}]\n\
                 layers must be specified with 3-tuples of (name, buckettype, size)",
                left_over.join(",")
            )));
        }
        for layer in left_over.chunks_exact(3) {
            if let [name, algorithm, size] = layer {
                let (name, algorithm) = (name.clone(), algorithm.clone());
                let size = leading_integer(size);
                self.layers.push(LayerArgument { name, algorithm, size });
            }
        }
        Ok(())
    }
}
