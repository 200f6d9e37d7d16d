//! Which release's tool is meant: `--release` in front of the tool's own arguments.

use std::ffi::{OsStr, OsString};

use crushlab_crushmap::Release;

use crate::stop::{Outcome, Stop};

/// Name of the environment variable that stands for `--release` where that is not given.
pub const RELEASE_VARIABLE: &str = "CRUSHLAB_RELEASE";

/// The option that stands in front of the tool's own arguments.
const OPTION: &str = "--release";

/// The arguments with this release in front, unless they begin with one. For programs that look at
/// [`RELEASE_VARIABLE`]; an empty one asks for nothing.
pub fn with_release(arguments: Vec<OsString>, release: Option<OsString>) -> Vec<OsString> {
    let is_given = arguments.first().is_some_and(|first| is_option(&first.to_string_lossy()));
    match release.filter(|release| !release.is_empty() && !is_given) {
        Some(release) => [OPTION.into(), release].into_iter().chain(arguments).collect(),
        None => arguments,
    }
}

fn is_option(argument: &str) -> bool {
    argument.strip_prefix(OPTION).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// The release that the arguments begin with, else the drop-ins' own, and the tool's arguments.
///
/// # Errors
/// No release is named, or one whose tools are not known.
pub(crate) fn split<S: AsRef<OsStr>>(arguments: &[S]) -> Outcome<(Release, &[S])> {
    let Some((first, rest)) = arguments.split_first() else {
        return Ok((Release::OF_DROP_INS, arguments));
    };
    let first = first.as_ref().to_string_lossy();
    if !is_option(&first) {
        return Ok((Release::OF_DROP_INS, arguments));
    }
    let (name, rest) = match (first.split_once('='), rest.split_first()) {
        (Some((_, name)), _) => (name.to_owned(), rest),
        (None, Some((name, rest))) => (name.as_ref().to_string_lossy().into_owned(), rest),
        (None, None) => return Err(Stop::error("--release: expected a release, such as 18.2.7")),
    };
    let release = Release::of_tool(&name);
    release.map(|release| (release, rest)).map_err(|problem| {
        Stop::error(format!("--release (or the variable {RELEASE_VARIABLE}): {problem}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_stands_in_front() {
        for arguments in [["--release", "reef", "-d", "x"].as_slice(), &["--release=18", "-d", "x"]]
        {
            let (release, rest) = split(arguments).unwrap();
            assert_eq!((release, rest), (Release::REEF, ["-d", "x"].as_slice()));
        }
        let (release, rest) = split(&["-d", "--release"]).unwrap();
        assert_eq!((release, rest), (Release::OF_DROP_INS, ["-d", "--release"].as_slice()));
        assert!(split(&["--release"]).is_err_and(|stop| stop.message.contains("18.2.7")));
        assert!(split(&["--release=mimic"]).is_err_and(|stop| stop.message.contains("mimic")));
    }

    #[test]
    fn a_variable_stands_for_an_option_that_is_not_given() {
        let with = |arguments: &[&str], release: &str| {
            let arguments = arguments.iter().map(OsString::from).collect();
            with_release(arguments, Some(release.into()))
        };
        assert_eq!(with(&["-v"], "20"), ["--release", "20", "-v"]);
        assert_eq!(with(&["-v"], ""), ["-v"]);
        assert_eq!(with(&["--release=18", "-v"], "20"), ["--release=18", "-v"]);
        assert_eq!(with_release(vec!["-v".into()], None), ["-v"]);
    }
}
