//! The parts of a shell script: commands, loops, and what only a run could decide.

use super::error::CommandError;
use super::script::ScriptError;
use super::shell::{Located, Token, Word, is_name, plain};
use super::wrapper::{is_ceph, unwrap};

/// How deep loops and groups may be nested.
const DEPTH_MAX: usize = 32;

/// The parts of a script.
///
/// # Errors
/// What is nested too deep.
pub(super) fn parts(tokens: &[Located]) -> Result<Vec<Node>, ScriptError> {
    Reader { tokens, at: 0 }.nodes(&[], 0)
}

/// A part of a script.
pub(super) enum Node {
    /// A program with its words.
    Simple { line: usize, words: Vec<Word> },
    /// `for NAME in WORDS; do BODY; done`.
    For { line: usize, name: String, words: Vec<Word>, body: Vec<Node> },
    /// A part of which only a run could tell whether and how often it is run.
    Conditional { keyword: String, body: Vec<Node> },
}

/// Commands that are joined by `&&`, `||` and `|`.
struct Chain {
    /// Whether what stands before surely succeeds.
    is_sure: bool,
    /// What the next command depends on, if anything.
    guard: Option<&'static str>,
    /// Whether the next command is run only where one has failed that does not.
    is_fallback: bool,
}

impl Default for Chain {
    fn default() -> Chain {
        Chain { is_sure: true, guard: None, is_fallback: false }
    }
}

impl Chain {
    fn operator(&mut self, operator: &str) {
        match operator {
            "|" => self.is_sure = true,
            "||" if self.is_sure => self.is_fallback = true,
            "&&" if self.is_sure => {}
            "||" => self.guard = Some("||"),
            "&&" => self.guard = Some("&&"),
            _ => *self = Chain::default(),
        }
    }
}

/// Whether a command surely succeeds: that of Ceph does, as a script ends where one is refused.
fn is_sure(node: &Node) -> bool {
    const SURE: [&str; 9] = ["set", "echo", "printf", "sleep", "date", "true", ":", "cd", "wait"];
    let Node::Simple { words, .. } = node else { return true };
    let words = unwrap(without_prompt(words).iter().map(plain).collect());
    words.first().is_none_or(|program| {
        is_ceph(program) || program.starts_with('$') || SURE.contains(&program.as_str())
    })
}

struct Reader<'a> {
    tokens: &'a [Located],
    at: usize,
}

impl Reader<'_> {
    /// The parts up to one of these words, or to the end.
    fn nodes(&mut self, ends: &[&str], depth: usize) -> Result<Vec<Node>, ScriptError> {
        let mut nodes = Vec::new();
        let mut chain = Chain::default();
        while let Some((line, token)) = self.tokens.get(self.at) {
            let word = match token {
                Token::Operator(operator) => {
                    if ends.contains(operator) {
                        break;
                    }
                    self.at += 1;
                    chain.operator(operator);
                    if *operator == "(" {
                        nodes.extend(self.nested(*line, &[")"], depth)?);
                    }
                    continue;
                }
                Token::Word(word) => plain(word),
            };
            if ends.contains(&word.as_str()) {
                break;
            }
            let found = self.node(*line, &word, depth)?;
            let goes_on = chain.is_sure && found.iter().all(is_sure);
            match chain.guard {
                _ if chain.is_fallback => {}
                None => nodes.extend(found),
                Some(keyword) => {
                    nodes.push(Node::Conditional { keyword: keyword.to_owned(), body: found });
                }
            }
            chain = Chain { is_sure: goes_on, guard: None, ..chain };
        }
        Ok(nodes)
    }

    /// The parts up to one of these words, which is taken as well.
    fn nested(
        &mut self,
        line: usize,
        ends: &[&str],
        depth: usize,
    ) -> Result<Vec<Node>, ScriptError> {
        if depth == DEPTH_MAX {
            let keyword = ends.first().copied().unwrap_or_default().to_owned();
            return Err(ScriptError { line, error: CommandError::Block { keyword } });
        }
        let nodes = self.nodes(ends, depth + 1)?;
        if self.at >= self.tokens.len() {
            let expected = ends.first().copied().unwrap_or_default().to_owned();
            return Err(ScriptError { line, error: CommandError::Unclosed { expected } });
        }
        self.at += 1;
        Ok(nodes)
    }

    fn node(&mut self, line: usize, word: &str, depth: usize) -> Result<Vec<Node>, ScriptError> {
        let keyword = word.to_owned();
        match word {
            "for" => Ok(vec![self.for_loop(line, depth)?]),
            "while" | "until" => {
                self.at += 1;
                let mut body = self.nested(line, &["do"], depth)?;
                body.extend(self.nested(line, &["done"], depth)?);
                Ok(vec![Node::Conditional { keyword, body }])
            }
            "if" | "case" | "select" => {
                self.at += 1;
                let end = match word {
                    "if" => "fi",
                    "case" => "esac",
                    _ => "done",
                };
                let body = self.nested(line, &[end], depth)?;
                Ok(vec![Node::Conditional { keyword, body }])
            }
            "{" => {
                self.at += 1;
                self.nested(line, &["}"], depth)
            }
            // Words in between: what follows them is read like any other.
            "then" | "else" | "elif" | "do" | "!" | "in" => {
                self.at += 1;
                Ok(Vec::new())
            }
            "function" => self.function(line, depth),
            _ if self.is_function() => self.function(line, depth),
            _ => Ok(vec![self.simple(line)]),
        }
    }

    /// Whether a name and a pair of brackets stand here.
    fn is_function(&self) -> bool {
        let operator = |at: usize, wanted: &str| {
            let token = self.tokens.get(at).map(|(_, token)| token);
            matches!(token, Some(Token::Operator(found)) if *found == wanted)
        };
        operator(self.at + 1, "(") && operator(self.at + 2, ")")
    }

    fn function(&mut self, line: usize, depth: usize) -> Result<Vec<Node>, ScriptError> {
        while let Some((_, token)) = self.tokens.get(self.at) {
            self.at += 1;
            if matches!(token, Token::Word(word) if plain(word) == "{") {
                break;
            }
        }
        let body = self.nested(line, &["}"], depth)?;
        Ok(vec![Node::Conditional { keyword: "a function".to_owned(), body }])
    }

    fn simple(&mut self, line: usize) -> Node {
        Node::Simple { line, words: self.words() }
    }

    /// The words up to the next operator.
    fn words(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        while let Some((_, Token::Word(word))) = self.tokens.get(self.at) {
            words.push(word.clone());
            self.at += 1;
        }
        words
    }

    fn for_loop(&mut self, line: usize, depth: usize) -> Result<Node, ScriptError> {
        self.at += 1;
        let head = self.words();
        let texts: Vec<String> = head.iter().map(plain).collect();
        let body = |reader: &mut Reader<'_>| {
            // All up to the `do`: of a form that is not followed, too.
            drop(reader.nested(line, &["do"], depth)?);
            reader.nested(line, &["done"], depth)
        };
        match (texts.first(), texts.get(1).map(String::as_str)) {
            (Some(name), Some("in")) if is_name(name) => {
                let words = head.get(2..).unwrap_or_default().to_vec();
                Ok(Node::For { line, name: name.clone(), words, body: body(self)? })
            }
            _ => Ok(Node::Conditional { keyword: "for".to_owned(), body: body(self)? }),
        }
    }
}

/// The words behind a prompt that was copied with them: `$ `, `root@mon1:~# `, `[root@mon1 ~]# `.
pub(super) fn without_prompt(words: &[Word]) -> &[Word] {
    const LONGEST: usize = 3;
    let texts: Vec<String> = words.iter().take(LONGEST).map(plain).collect();
    let ends_prompt = |text: &String| text.ends_with(['$', '#', '%', '>']);
    let is_prompt = texts
        .first()
        .is_some_and(|first| first.contains('@') || matches!(first.as_str(), "$" | "%" | ">"));
    let end = texts.iter().position(ends_prompt).filter(|_| is_prompt);
    end.and_then(|end| words.get(end + 1..)).unwrap_or(words)
}
