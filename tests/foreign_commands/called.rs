//! The commands that a source calls, read from its text by its kind.

use std::path::Path;

use super::shell;

/// What a command's name stands behind in Rust, and in the tests' helpers too.
const RUNNER: &str = "Command::new(";
const HELPERS: [&str; 3] = ["ask(", "client(", "sogoc("];

/// What else may stand in `Command::new(…)`: the program itself, a tool from PyPI in its own environment, or a helper
/// whose callers are among [`HELPERS`].
const NOT_FOREIGN: [&str; 11] = [
    "env!(\"CARGO_BIN_EXE_",
    "std::env::current_exe().unwrap()",
    "own_program()",
    "&config.program",
    "launch.program",
    "pip::venv(",
    "folder.join(\"bin/pip\")",
    "tool",
    "python",
    "program",
    "self.tools.join(program)",
];

/// The commands a file calls, and complaints about calls that cannot be understood.
pub fn called(file: &str, text: &str) -> (Vec<String>, Vec<String>) {
    let mut strange = Vec::new();
    let extension = Path::new(file).extension().and_then(|end| end.to_str());
    let mut commands = match extension {
        Some("rs") => rust(file, text, &mut strange),
        Some("py") => python(text),
        Some("md") => fences(text).flat_map(shell::commands).collect(),
        Some("sh") => shell::commands(text),
        _ => recipes(text).flat_map(shell::commands).collect(),
    };
    commands.sort();
    commands.dedup();
    (commands, strange)
}

fn rust(file: &str, text: &str, strange: &mut Vec<String>) -> Vec<String> {
    let code: Vec<&str> = text.lines().map(without_comment).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    let helpers = HELPERS.iter().filter(|_| file.starts_with("tests/"));
    for runner in helpers.chain([&RUNNER]) {
        for after in calls(&code, runner) {
            match after
                .strip_prefix('"')
                .and_then(|rest| rest.split_once('"'))
            {
                Some((name, _)) => found.push(system_command(name).unwrap_or(name).to_owned()),
                None if *runner != RUNNER => {}
                None if NOT_FOREIGN.iter().any(|form| after.starts_with(form)) => {}
                None => strange.push(format!("{file}: Command::new({:.60}…", after)),
            }
        }
    }
    let literals = literals(&code);
    let paths = literals
        .iter()
        .filter_map(|literal| system_command(literal));
    found.extend(paths.map(str::to_owned));
    let has = |word: &str| literals.iter().any(|literal| literal == word);
    if has("-c") && (has("sh") || has("bash")) {
        // One script, because one literal may define what another calls.
        let looks_like_shell = |literal: &&String| {
            [" | ", "; ", "|| "]
                .iter()
                .any(|sign| literal.contains(sign))
        };
        let script: Vec<&String> = literals.iter().filter(looks_like_shell).collect();
        let script: String = script
            .iter()
            .flat_map(|part| [part.as_str(), "\n"])
            .collect();
        found.extend(shell::commands(&script));
    }
    found
}

/// What stands in quotes, as the program that is started sees it.
fn literals(code: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), code);
    while let Some(at) = rest.find('"') {
        let before = &rest[..at];
        let hashes = before.len() - before.trim_end_matches('#').len();
        let raw = before.trim_end_matches('#').ends_with('r');
        rest = &rest[at + 1..];
        if before.ends_with('\'') && rest.starts_with('\'') {
            continue; // the letter '"'
        }
        let end = if raw {
            raw_end(rest, hashes)
        } else {
            plain_end(rest)
        };
        let text = &rest[..end];
        found.push(if raw {
            text.to_owned()
        } else {
            unescaped(text)
        });
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    found
}

fn raw_end(text: &str, hashes: usize) -> usize {
    let close = format!("\"{}", "#".repeat(hashes));
    text.find(&close).unwrap_or(text.len())
}

fn plain_end(text: &str) -> usize {
    let mut escaped = false;
    let ends = |(_, letter): &(usize, char)| {
        let quote = *letter == '"' && !escaped;
        escaped = *letter == '\\' && !escaped;
        quote
    };
    text.char_indices()
        .find(ends)
        .map_or(text.len(), |(at, _)| at)
}

/// Of a text that may go through `format!`.
fn unescaped(text: &str) -> String {
    let braces = text.replace("{{", "{").replace("}}", "}");
    braces.replace("\\n", "\n").replace("\\\"", "\"")
}

/// The name behind an absolute path of the system.
pub fn system_command(path: &str) -> Option<&str> {
    let folders = ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"];
    let name = folders
        .iter()
        .find_map(|folder| path.strip_prefix(folder))?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

/// A line without its comment; a sign of comment inside quotes is text.
fn without_comment(line: &str) -> &str {
    let begins = line.match_indices("//").find(|(at, _)| {
        let before = &line[..*at];
        before.matches('"').count().is_multiple_of(2)
    });
    begins.map_or(line, |(at, _)| &line[..at])
}

fn python(text: &str) -> Vec<String> {
    let runners = [
        "subprocess.run(",
        "Popen(",
        "check_output(",
        "check_call(",
        "which(",
    ];
    let first = |after: &str| {
        let list = after.trim_start_matches(|c: char| c == '[' || c.is_whitespace());
        let quote = list.chars().next().filter(|c| ['"', '\''].contains(c))?;
        let name = list[1..].split(quote).next()?;
        Some(system_command(name).unwrap_or(name).to_owned())
    };
    runners
        .iter()
        .flat_map(|runner| calls(text, runner))
        .filter_map(first)
        .collect()
}

/// The shell in a Markdown file.
fn fences(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n```sh\n")
        .skip(1)
        .filter_map(|after| after.split("\n```").next())
}

/// The recipes of a Makefile.
fn recipes(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|line| line.strip_prefix('\t'))
        .map(|line| line.trim_start_matches(['@', '-']))
}

/// What stands behind each `name`, where `name` is a whole word.
fn calls<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(name).filter_map(move |(at, _)| {
        let before = code[..at].chars().next_back();
        let part = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        (!part).then(|| code[at + name.len()..].trim_start())
    })
}
