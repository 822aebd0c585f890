//! The commands that a piece of shell runs, found without running it.
//!
//! Enough of the grammar for scripts written here: quotes, substitutions, `case`, functions, here-documents, and
//! commands handed to `xargs`, `env`, `find -exec`, `trap` and `sh -c`. A command named only through a variable
//! (`"$sogoc"`) cannot be known and is left out.

use std::iter::Peekable;
use std::str::Chars;

/// Words that open or continue a construct; the next word is again a command.
const KEYWORDS: [&str; 11] = [
    "if", "then", "else", "elif", "while", "until", "do", "!", "{", "time", "esac",
];
const BUILT_IN: [&str; 36] = [
    "set", "cd", "echo", "printf", "exit", "return", "local", "export", "trap", "read", "wait",
    "kill", "[", "[[", "test", ":", "true", "false", "shift", "command", "eval", "exec", "source",
    ".", "unset", "umask", "type", "readonly", "declare", "let", "break", "continue", "pwd",
    "done", "fi", "}",
];
/// Commands that run the command among their arguments.
const WRAPPERS: [&str; 7] = ["xargs", "env", "sudo", "nice", "timeout", "exec", "setpriv"];

#[derive(PartialEq)]
enum Token {
    /// Its quotes removed; what a variable would bring stays as `$name`.
    Word(String),
    /// `name()`: a function is defined, so its name is no foreign command.
    Function(String),
    /// A new command begins.
    End,
    /// `;;`: a new pattern of a `case` begins.
    NextPattern,
    /// `)`: the pattern of a `case` or a subshell ends.
    Close,
    /// `<`, `>` and their kind: the next word is a file.
    Redirection,
}

/// Names of the commands that `text` runs, in order, without built-ins and the functions it defines.
pub fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let tokens = Lexer::new(text, &mut found).all();
    let own: Vec<String> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Function(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    for words in simple_commands(tokens) {
        called(&words, &mut found);
    }
    found.retain(|name| !own.contains(name));
    found
}

/// The words of each simple command; patterns of `case` and targets of redirections are left out.
fn simple_commands(tokens: Vec<Token>) -> Vec<Vec<String>> {
    let (mut all, mut words) = (Vec::new(), Vec::new());
    let (mut pattern, mut file) = (false, false);
    for token in tokens {
        match token {
            Token::Word(_) if file => file = false,
            Token::Word(word) if pattern && word != "esac" => {}
            Token::Word(word) => {
                let opens_case = word == "in" && words.first().is_some_and(|first| first == "case");
                pattern = opens_case;
                words.push(word);
                if opens_case {
                    words.clear();
                }
            }
            Token::Redirection => file = true,
            Token::NextPattern => {
                all.push(std::mem::take(&mut words));
                pattern = true;
            }
            Token::Close if pattern => pattern = false,
            Token::End if pattern => {}
            Token::End | Token::Close | Token::Function(_) => all.push(std::mem::take(&mut words)),
        }
    }
    all.push(words);
    all
}

/// Adds what one simple command runs.
fn called(words: &[String], found: &mut Vec<String>) {
    let mut rest = words;
    while let Some(first) = rest.first() {
        if !KEYWORDS.contains(&first.as_str()) && !is_assignment(first) {
            break;
        }
        rest = &rest[1..];
    }
    let Some(name) = rest.first() else { return };
    match name.as_str() {
        "case" | "for" => {}
        "trap" => found.extend(rest.get(1).map(|text| commands(text)).unwrap_or_default()),
        _ => add(name, found),
    }
    if WRAPPERS.contains(&name.as_str()) {
        let mut handed = rest[1..].iter();
        let plain = |word: &&String| !word.starts_with(['-', '$']) && !is_assignment(word);
        found.extend(handed.find(plain).and_then(|word| command_name(word)));
    }
    for (at, word) in rest.iter().enumerate() {
        if word == "-exec" {
            found.extend(rest.get(at + 1).and_then(|word| command_name(word)));
        }
        if ["sh", "bash"].contains(&word.as_str())
            && let Some(flag) = rest[at..].iter().position(|word| word == "-c")
        {
            found.extend(
                rest.get(at + flag + 1)
                    .map(|text| commands(text))
                    .unwrap_or_default(),
            );
        }
    }
}

fn add(word: &str, found: &mut Vec<String>) {
    if !BUILT_IN.contains(&word) {
        found.extend(command_name(word));
    }
}

/// The name that must be found on the machine; `None` for a path of the project and for what a variable names.
fn command_name(word: &str) -> Option<String> {
    if word.is_empty() || word.contains('$') {
        return None;
    }
    match super::called::system_command(word) {
        Some(name) => Some(name.to_owned()),
        None if word.contains('/') => None,
        None => Some(word.to_owned()),
    }
}

fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else {
        return false;
    };
    let name = name.trim_end_matches('+');
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && name.chars().all(letter) && !name.starts_with(|c: char| c.is_ascii_digit())
}

struct Lexer<'a> {
    text: Peekable<Chars<'a>>,
    word: Option<String>,
    tokens: Vec<Token>,
    /// Commands that `$(…)` and backticks run.
    found: &'a mut Vec<String>,
    /// Ends of here-documents that begin after this line.
    documents: Vec<String>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, found: &'a mut Vec<String>) -> Self {
        Self {
            text: text.chars().peekable(),
            word: None,
            tokens: Vec::new(),
            found,
            documents: Vec::new(),
        }
    }

    fn all(mut self) -> Vec<Token> {
        while let Some(letter) = self.text.next() {
            self.take(letter);
        }
        self.end_word();
        self.tokens
    }

    fn take(&mut self, letter: char) {
        match letter {
            '\\' => match self.text.next() {
                Some('\n') | None => {}
                Some(next) => self.push(next),
            },
            '\'' => {
                let quoted: String = self.text.by_ref().take_while(|c| *c != '\'').collect();
                self.word.get_or_insert_default().push_str(&quoted);
            }
            '"' => self.double_quoted(),
            '$' => self.expansion(),
            '#' if self.word.is_none() => while self.text.next_if(|c| *c != '\n').is_some() {},
            ' ' | '\t' => self.end_word(),
            '\n' => {
                self.end(Token::End);
                self.skip_documents();
            }
            ';' if self.text.next_if_eq(&';').is_some() => self.end(Token::NextPattern),
            '&' if self.tokens.last() == Some(&Token::Redirection) && self.word.is_none() => {}
            ';' | '&' | '|' => self.end(Token::End),
            '(' => self.open(),
            ')' => self.end(Token::Close),
            '<' | '>' => self.redirection(letter),
            other => self.push(other),
        }
    }

    fn push(&mut self, letter: char) {
        self.word.get_or_insert_default().push(letter);
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take() {
            self.tokens.push(Token::Word(word));
        }
    }

    fn end(&mut self, token: Token) {
        self.end_word();
        self.tokens.push(token);
    }

    /// A subshell, `name()`, or the list of `name=(…)`.
    fn open(&mut self) {
        match self.word.take() {
            Some(word) if word.ends_with('=') => {
                self.inside(')');
            }
            Some(word) if self.text.next_if_eq(&')').is_some() => {
                self.tokens.push(Token::Function(word));
            }
            _ => self.tokens.push(Token::End),
        }
    }

    fn redirection(&mut self, letter: char) {
        // `2>`: the number belongs to the sign.
        if self
            .word
            .as_ref()
            .is_some_and(|word| word.chars().all(|c| c.is_ascii_digit()))
        {
            self.word = None;
        }
        self.end_word();
        if letter == '<' && self.text.next_if_eq(&'<').is_some() {
            if self.text.next_if_eq(&'<').is_none() {
                return self.document();
            }
        } else if self.text.next_if_eq(&'(').is_some() {
            let inner = self.inside(')');
            return self.found.extend(commands(&inner));
        }
        self.text.next_if_eq(&'>');
        self.tokens.push(Token::Redirection);
    }

    /// `<<EOF` was read up to its name.
    fn document(&mut self) {
        self.text.next_if_eq(&'-');
        let mut name = String::new();
        while let Some(letter) = self.text.next_if(|c| !c.is_whitespace() && *c != ';') {
            name.push(letter);
        }
        self.documents
            .push(name.trim_matches(['\'', '"']).to_owned());
    }

    fn skip_documents(&mut self) {
        for end in std::mem::take(&mut self.documents) {
            loop {
                let line: String = self.text.by_ref().take_while(|c| *c != '\n').collect();
                if line.trim_start_matches('\t') == end || self.text.peek().is_none() {
                    break;
                }
            }
        }
    }

    fn double_quoted(&mut self) {
        self.word.get_or_insert_default();
        while let Some(letter) = self.text.next() {
            match letter {
                '"' => break,
                '\\' => match self.text.next() {
                    Some(next @ ('"' | '\\' | '$' | '`')) => self.push(next),
                    Some('\n') | None => {}
                    Some(next) => {
                        self.push('\\');
                        self.push(next);
                    }
                },
                '$' => self.expansion(),
                other => self.push(other),
            }
        }
    }

    /// After `$`: `$(…)` is read as shell, `$((…))` and `${…}` are skipped.
    fn expansion(&mut self) {
        self.push('$');
        if self.text.next_if_eq(&'(').is_some() {
            let inner = self.inside(')');
            if !inner.starts_with('(') {
                let runs = commands(&inner);
                self.found.extend(runs);
            }
        } else if self.text.next_if_eq(&'{').is_some() {
            self.inside('}');
        }
    }

    /// Up to the closing sign that belongs to the opening one just read, quotes respected.
    fn inside(&mut self, close: char) -> String {
        let open = if close == ')' { '(' } else { '{' };
        let (mut depth, mut quote, mut inner) = (0, None, String::new());
        while let Some(letter) = self.text.next() {
            match (quote, letter) {
                (None, '\'' | '"') => quote = Some(letter),
                (Some(opened), _) if opened == letter => quote = None,
                (None, _) if letter == open => depth += 1,
                (None, _) if letter == close && depth == 0 => break,
                (None, _) if letter == close => depth -= 1,
                _ => {}
            }
            inner.push(letter);
            if letter == '\\' {
                inner.extend(self.text.next());
            }
        }
        inner
    }
}
