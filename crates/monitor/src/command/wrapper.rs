//! Programs that run another program: sudo, timeout, docker exec, cephadm shell.

/// Takes the programs away that only run another one, as far as `ceph` or another program. An
/// empty answer means that nothing is run.
pub(super) fn unwrap(mut words: Vec<String>) -> Vec<String> {
    for _ in 0..WRAPPERS_MAX {
        match inner(&words) {
            Some(inner) => words = inner,
            None => break,
        }
    }
    words
}

/// Whether a program is `ceph`: by its name or path, or as a snap has it.
pub(super) fn is_ceph(program: &str) -> bool {
    let name = base(program);
    name == "ceph" || name.ends_with(".ceph")
}

const WRAPPERS_MAX: usize = 16;

fn base(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// The words of the program that the first one runs.
fn inner(words: &[String]) -> Option<Vec<String>> {
    let (program, rest) = words.split_first()?;
    let rest = match base(program) {
        "sudo" | "doas" => assignments(options(rest, &["-u", "-g", "-h", "-p", "-C", "-T"])),
        "env" => assignments(options(rest, &["-u", "-C", "-S"])),
        "timeout" => options(rest, &["-k", "-s"]).get(1..)?,
        "nice" => options(rest, &["-n"]),
        "ionice" => options(rest, &["-c", "-n"]),
        "watch" => options(rest, &["-n"]),
        "stdbuf" => options(rest, &["-i", "-o", "-e"]),
        "nohup" | "time" | "command" | "exec" | "chronic" | "unbuffer" | "setsid" => {
            options(rest, &[])
        }
        "docker" | "podman" | "nerdctl" | "crictl" => {
            let at = rest.iter().position(|word| word == "exec")?;
            let own = ["-u", "--user", "-e", "--env", "-w", "--workdir", "--env-file"];
            options(rest.get(at + 1..)?, &own).get(1..)?
        }
        "kubectl" | "oc" | "k3s" | "microk8s" => in_pod(rest)?,
        "cephadm" => {
            let at = rest.iter().position(|word| word == "shell")?;
            after_dashes(rest).or_else(|| from_ceph(rest.get(at + 1..)?))?
        }
        "ssh" => return remote(rest),
        "bash" | "sh" | "dash" => {
            let at = rest.iter().position(|word| word.starts_with('-') && word.ends_with('c'))?;
            return shlex::split(rest.get(at + 1)?);
        }
        _ if program.contains('=') && !is_ceph(program) => {
            let name = program.split('=').next().unwrap_or_default();
            super::shell::is_name(name).then_some(rest)?
        }
        _ => return None,
    };
    Some(rest.to_vec())
}

/// What is left after options; those listed have a value of their own.
fn options<'a>(mut words: &'a [String], with_value: &[&str]) -> &'a [String] {
    while let Some((word, rest)) = words.split_first() {
        if word == "--" {
            return rest;
        }
        if !word.starts_with('-') || word.len() == 1 {
            break;
        }
        let takes_next = with_value.contains(&word.as_str());
        words = rest.get(usize::from(takes_next)..).unwrap_or_default();
    }
    words
}

/// What is left after `NAME=VALUE`.
fn assignments(words: &[String]) -> &[String] {
    let is_set =
        |word: &String| word.split_once('=').is_some_and(|(name, _)| super::shell::is_name(name));
    let count = words.iter().take_while(|word| is_set(word)).count();
    words.get(count..).unwrap_or_default()
}

fn after_dashes(words: &[String]) -> Option<&[String]> {
    let at = words.iter().position(|word| word == "--")?;
    words.get(at + 1..)
}

fn from_ceph(words: &[String]) -> Option<&[String]> {
    let at = words.iter().position(|word| is_ceph(word))?;
    words.get(at..)
}

/// `kubectl exec … -- ceph`, and `kubectl rook-ceph … ceph`.
fn in_pod(words: &[String]) -> Option<&[String]> {
    if let Some(at) = words.iter().position(|word| word == "rook-ceph") {
        return from_ceph(words.get(at + 1..)?);
    }
    let at = words.iter().position(|word| word == "exec")?;
    let own = ["-n", "--namespace", "-c", "--container", "--context", "-f"];
    after_dashes(words).or_else(|| options(words.get(at + 1..)?, &own).get(1..))
}

/// What is run at another host: `ssh -i KEY HOST ceph …`, in one word or many.
fn remote(words: &[String]) -> Option<Vec<String>> {
    const OWN: [&str; 10] = ["-i", "-l", "-p", "-o", "-F", "-J", "-c", "-b", "-L", "-R"];
    let run = options(words, &OWN).get(1..)?;
    if run.is_empty() { None } else { shlex::split(&run.join(" ")) }
}
