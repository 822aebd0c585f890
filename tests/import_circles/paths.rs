//! The paths that a Rust source names, read from its text.

/// `a::b::c`, and the name it is used by when `use` gives it one.
#[derive(Debug, PartialEq)]
pub struct Named {
    pub path: Vec<String>,
    /// Only of a `use`: the name it is known by in the module; `*` for everything in it.
    pub alias: Option<String>,
}

/// Every path of the production code: of `use`, and written out where it is needed.
pub fn named(text: &str) -> Vec<Named> {
    let tokens = tokens(&production(text));
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if tokens[at] == "use" {
            let end = tokens[at..].iter().position(|token| token == ";");
            let end = at + end.unwrap_or(tokens.len() - at);
            use_tree(&tokens[at + 1..end], &[], &mut found);
            at = end;
        } else if is_name(&tokens[at]) {
            let path = path(&tokens[at..]);
            at += path.len() * 2 - 1;
            if path.len() > 1 {
                found.push(Named { path, alias: None });
            }
        } else {
            at += 1;
        }
    }
    found
}

/// Names of the modules a file declares for production.
pub fn declared(text: &str) -> Vec<String> {
    let tokens = tokens(&production(text));
    let declares = |three: &[String]| three[0] == "mod" && three[2] == ";";
    tokens
        .windows(3)
        .filter(|three| declares(three))
        .map(|three| three[1].clone())
        .collect()
}

/// Without the module `tests` at the end, and without declarations of files that only tests see or that lie elsewhere.
fn production(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next();
    let (mut kept, mut passes_over) = (String::new(), false);
    for line in text.unwrap_or_default().lines() {
        if passes_over {
            passes_over = false;
        } else if line == "#[cfg(test)]" || line.starts_with("#[path = ") {
            passes_over = true;
        } else {
            kept.extend([line, "\n"]);
        }
    }
    kept
}

/// `a::b`, from its first token.
fn path(tokens: &[String]) -> Vec<String> {
    let mut path = vec![tokens[0].clone()];
    let mut rest = &tokens[1..];
    while let [colons, name, after @ ..] = rest
        && colons == "::"
        && is_name(name)
    {
        path.push(name.clone());
        rest = after;
    }
    path
}

/// The paths of `a::{b, c::{d as e, self}}`.
fn use_tree(tokens: &[String], before: &[String], found: &mut Vec<Named>) {
    let Some(open) = tokens.iter().position(|token| token == "{") else {
        return found.extend(use_leaf(tokens, before));
    };
    let mut prefix = before.to_vec();
    prefix.extend(
        tokens[..open]
            .iter()
            .filter(|token| is_name(token))
            .cloned(),
    );
    let (mut depth, mut start) = (0, open + 1);
    for (at, token) in tokens.iter().enumerate().skip(open + 1) {
        match token.as_str() {
            "{" => depth += 1,
            "}" if depth > 0 => depth -= 1,
            "," | "}" if depth == 0 => {
                use_tree(&tokens[start..at], &prefix, found);
                start = at + 1;
            }
            _ => {}
        }
    }
}

fn use_leaf(tokens: &[String], before: &[String]) -> Option<Named> {
    let mut names = tokens
        .iter()
        .filter(|token| is_name(token) || *token == "*")
        .cloned();
    let mut path = before.to_vec();
    path.extend(names.by_ref().take_while(|name| name != "as"));
    let renamed = names.next();
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let last = path.last()?.clone();
    if last == "*" {
        path.pop();
    }
    Some(Named {
        path,
        alias: Some(renamed.unwrap_or(last)),
    })
}

fn is_name(token: &str) -> bool {
    token.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// Names, `::` and single signs; comments, strings and letters in quotes are left out.
fn tokens(text: &str) -> Vec<String> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some(letter) = rest.chars().next() {
        let length = if let Some(length) = silent(rest) {
            length
        } else if letter.is_alphabetic() || letter == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            letter.len_utf8()
        };
        if silent(rest).is_none() && !letter.is_whitespace() {
            tokens.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
    }
    tokens
}

/// The length of the comment or literal that begins here.
fn silent(text: &str) -> Option<usize> {
    let until = |open: usize, close: &str| {
        text[open..]
            .find(close)
            .map_or(text.len(), |at| open + at + close.len())
    };
    if text.starts_with("//") {
        return Some(until(2, "\n"));
    } else if text.starts_with("/*") {
        return Some(until(2, "*/"));
    } else if text.starts_with('"') {
        return Some(quoted(text));
    } else if let Some(raw) = text.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let opened = raw[hashes..].starts_with('"');
        return opened.then(|| until(hashes + 2, &format!("\"{}", "#".repeat(hashes))));
    } else if let Some(after) = text.strip_prefix('\'') {
        // A letter in quotes; else a lifetime, of which the sign alone is passed over.
        let first = after.chars().next()?;
        return match after[first.len_utf8()..].starts_with('\'') {
            true => Some(2 + first.len_utf8()),
            false if first == '\\' => Some(after[2..].find('\'').map_or(1, |at| at + 4)),
            false => Some(1),
        };
    }
    None
}

/// The length of a string in plain quotes.
fn quoted(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
