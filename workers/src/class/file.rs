//! Class files as written: read strictly, checked, and turned into [`Class`].

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde::Deserialize;
use toml::Spanned;

use super::{
    Access, Class, ClassError, CopyForm, CopyLayout, Cue, DiplomaPaper, Field, FieldKind, HeadPart,
    Implied, Label, Layout, Lexicon, Masking, OtherColumn, Part, Retention, Scope,
};

macro_rules! embedded {
    ($folder:literal, $extension:literal, $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../classes/", $folder, $name, $extension)))),+]
    };
}

const EMBEDDED_CLASSES: &[(&str, &str)] = embedded!(
    "",
    ".toml",
    "hoc_ba",
    "ket_qua_tthc",
    "phu_luc_so_goc",
    "so_goc",
    "tai_chinh",
    "tai_lieu",
    "van_bang",
);
const EMBEDDED_LEXICONS: &[(&str, &str)] = embedded!(
    "lexicons/",
    ".txt",
    "dan_toc",
    "gioi_tinh",
    "hinh_thuc",
    "ho",
    "loai_van_ban",
    "xep_loai"
);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassFile {
    id: Spanned<String>,
    label: Label,
    layout: Layout,
    diploma: Option<DiplomaPaper>,
    type_name: String,
    retention: Retention,
    access: Access,
    cues: Vec<Cue>,
    fields: Vec<FieldFile>,
    #[serde(default)]
    other_columns: Vec<OtherColumn>,
    copy: Option<CopyFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldFile {
    key: Spanned<String>,
    label: Label,
    #[serde(rename = "type")]
    kind: FieldKind,
    #[serde(default)]
    mandatory: bool,
    #[serde(default)]
    search_weight: f32,
    #[serde(default)]
    masking: Masking,
    #[serde(default)]
    scope: Scope,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    parts: BTreeMap<Part, Vec<String>>,
    width: Option<Spanned<f64>>,
    #[serde(default)]
    patterns: Vec<Spanned<String>>,
    #[serde(default)]
    usual: Vec<Spanned<String>>,
    #[serde(default)]
    find: Vec<Spanned<String>>,
    head: Option<HeadPart>,
    #[serde(default)]
    below: Vec<String>,
    #[serde(default)]
    offices: Vec<String>,
    #[serde(default)]
    openings: Vec<String>,
    implied: Option<Implied>,
    in_words: Option<String>,
    #[serde(default)]
    recurs: bool,
    of_paper: Option<HeadPart>,
    lexicon: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CopyFile {
    #[serde(default)]
    form: CopyForm,
    title: Label,
    subtitle: Label,
    fields: Vec<Spanned<String>>,
    opening: Label,
    closing: Label,
}

/// One class file, not yet understood.
pub(super) struct Source {
    name: String,
    text: String,
    lexicons: BTreeMap<String, Lexicon>,
}

/// The embedded files, or those of a folder in the order of their names.
pub(super) fn sources(dir: Option<&Path>) -> Result<Vec<Source>, ClassError> {
    let mut lexicons: BTreeMap<String, Lexicon> = EMBEDDED_LEXICONS
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Lexicon::parse(text)))
        .collect();
    let Some(dir) = dir else {
        return Ok(EMBEDDED_CLASSES
            .iter()
            .map(|(name, text)| Source {
                name: format!("{name}.toml"),
                text: (*text).to_owned(),
                lexicons: lexicons.clone(),
            })
            .collect());
    };
    let lexicon_dir = dir.join("lexicons");
    if lexicon_dir.is_dir() {
        for path in files_in(&lexicon_dir, "txt")? {
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            lexicons.insert(name, Lexicon::parse(&read(&path)?));
        }
    }
    let paths = files_in(dir, "toml")?;
    if paths.is_empty() {
        return Err(ClassError::Empty(dir.to_owned()));
    }
    paths
        .iter()
        .map(|path| {
            Ok(Source {
                name: path.display().to_string(),
                text: read(path)?,
                lexicons: lexicons.clone(),
            })
        })
        .collect()
}

fn files_in(dir: &Path, extension: &str) -> Result<Vec<PathBuf>, ClassError> {
    let unavailable = |source| ClassError::Unavailable {
        path: dir.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unavailable)? {
        let path = entry.map_err(unavailable)?.path();
        if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<String, ClassError> {
    std::fs::read_to_string(path).map_err(|source| ClassError::Unavailable {
        path: path.to_owned(),
        source,
    })
}

impl Source {
    /// An error at that line of this file.
    pub(super) fn invalid(&self, line: usize, problem: impl Into<String>) -> ClassError {
        ClassError::Invalid {
            file: self.name.clone(),
            line,
            problem: problem.into(),
        }
    }

    /// The line on which a top-level key is set.
    pub(super) fn line_of(&self, key: &str) -> usize {
        let sets = |line: &str| {
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        self.text
            .lines()
            .position(sets)
            .map_or(1, |index| index + 1)
    }

    fn at(&self, span: Range<usize>, problem: impl Into<String>) -> ClassError {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        self.invalid(before.matches('\n').count() + 1, problem)
    }

    /// Reads and checks the file.
    pub(super) fn parse(&self) -> Result<Class, ClassError> {
        let file: ClassFile = toml::from_str(&self.text)
            .map_err(|error| self.at(error.span().unwrap_or(0..0), error.message()))?;
        self.check_key(&file.id)?;
        if file.label.vi.is_empty() || file.label.en.is_empty() {
            return Err(self.invalid(self.line_of("label"), "a label is empty"));
        }
        let mut fields: Vec<Field> = Vec::new();
        for field in file.fields {
            self.check_field(&field, file.layout)?;
            if fields.iter().any(|known| &known.key == field.key.get_ref()) {
                let problem = format!("the key {:?} is already taken", field.key.get_ref());
                return Err(self.at(field.key.span(), problem));
            }
            fields.push(self.field(field)?);
        }
        let copy = file
            .copy
            .map(|copy| self.copy_layout(copy, &fields))
            .transpose()?;
        Ok(Class {
            id: file.id.into_inner(),
            label: file.label,
            layout: file.layout,
            diploma: file.diploma,
            type_name: file.type_name,
            retention: file.retention,
            access: file.access,
            cues: file.cues,
            fields,
            other_columns: file.other_columns,
            copy,
        })
    }

    fn check_key(&self, key: &Spanned<String>) -> Result<(), ClassError> {
        let text = key.get_ref();
        let lawful = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if lawful {
            return Ok(());
        }
        Err(self.at(key.span(), format!("{text:?} is not ASCII snake case")))
    }

    fn check_field(&self, field: &FieldFile, layout: Layout) -> Result<(), ClassError> {
        self.check_key(&field.key)?;
        let key = field.key.get_ref();
        if field.label.vi.is_empty() || field.label.en.is_empty() {
            return Err(self.at(field.key.span(), format!("a label of {key:?} is empty")));
        }
        let in_column = layout == Layout::Table && field.scope == Scope::Record;
        if let Some(width) = &field.width
            && !(*width.get_ref() > 0.0 && *width.get_ref() <= 1.0)
        {
            let problem = "a width is a share of the table's, above 0 and at most 1";
            return Err(self.at(width.span(), problem));
        }
        if let Some(part) = field
            .parts
            .keys()
            .find(|part| !Part::of(field.kind).contains(part))
        {
            let problem = format!("{key:?} is of no kind that has a {}", part.as_str());
            return Err(self.at(field.key.span(), problem));
        }
        let missing = if field.scope == Scope::Margin {
            None // what stands beside a row needs no name
        } else if in_column {
            field.columns.is_empty().then_some("columns")
        } else {
            let ways = [&field.labels, &field.below, &field.offices];
            let unread = ways.iter().all(|way| way.is_empty());
            let unread = unread && field.find.is_empty() && field.head.is_none();
            unread.then_some("labels, find, head, below or offices")
        };
        match missing {
            Some(what) => {
                let problem = format!("{key:?} has no {what}, so it can never be read");
                Err(self.at(field.key.span(), problem))
            }
            None => Ok(()),
        }
    }

    fn field(&self, field: FieldFile) -> Result<Field, ClassError> {
        let lexicon = match &field.lexicon {
            None => None,
            Some(name) => Some(self.lexicons.get(name.get_ref()).cloned().ok_or_else(|| {
                self.at(
                    name.span(),
                    format!("there is no lexicon {:?}", name.get_ref()),
                )
            })?),
        };
        let mut labels = field.labels;
        labels.sort_by_key(|label| std::cmp::Reverse(label.chars().count()));
        Ok(Field {
            label: field.label,
            kind: field.kind,
            mandatory: field.mandatory,
            search_weight: field.search_weight,
            masking: field.masking,
            scope: field.scope,
            labels,
            columns: field.columns,
            parts: field.parts,
            width: field.width.map(Spanned::into_inner),
            usual: self.regexes(&field.usual, |pattern| format!("^(?:{pattern})$"))?,
            patterns: self.regexes(&field.patterns, |pattern| format!("^(?:{pattern})$"))?,
            find: self.finders(&field.find)?,
            head: field.head,
            below: field.below,
            offices: field.offices,
            openings: field.openings,
            implied: field.implied,
            in_words: field.in_words,
            recurs: field.recurs,
            of_paper: field.of_paper,
            lexicon,
            gazetteer: field.kind == FieldKind::Place,
            key: field.key.into_inner(),
        })
    }

    fn finders(&self, sources: &[Spanned<String>]) -> Result<Vec<Regex>, ClassError> {
        let found = self.regexes(sources, |pattern| format!("(?im){pattern}"))?;
        for (regex, source) in found.iter().zip(sources) {
            if regex.captures_len() < 2 {
                return Err(self.at(source.span(), "the expression has no group for the value"));
            }
        }
        Ok(found)
    }

    fn regexes(
        &self,
        sources: &[Spanned<String>],
        wrap: impl Fn(&str) -> String,
    ) -> Result<Vec<Regex>, ClassError> {
        sources
            .iter()
            .map(|source| {
                Regex::new(&wrap(source.get_ref())).map_err(|error| {
                    self.at(source.span(), format!("not a regular expression: {error}"))
                })
            })
            .collect()
    }

    fn copy_layout(&self, copy: CopyFile, fields: &[Field]) -> Result<CopyLayout, ClassError> {
        for key in &copy.fields {
            if !fields.iter().any(|field| &field.key == key.get_ref()) {
                let problem = format!("the copy prints {:?}, which is no field", key.get_ref());
                return Err(self.at(key.span(), problem));
            }
        }
        Ok(CopyLayout {
            form: copy.form,
            title: copy.title,
            subtitle: copy.subtitle,
            fields: copy.fields.into_iter().map(Spanned::into_inner).collect(),
            opening: copy.opening,
            closing: copy.closing,
        })
    }
}
