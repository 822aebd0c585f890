//! Rendering finished pages with krilla: PDF/A-2b with embedded fonts, XMP metadata and a structure tree for screen
//! readers.

use std::num::NonZeroU16;

use jiff::Timestamp;
use krilla::SerializeSettings;
use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::error::KrillaError;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup,
    TagTree,
};
use krilla::{Document, configure::ValidationError};

use super::ComposeError;
use super::page::{FinishedPage, PageElement, Role, SetLine};
use super::typeface;
use crate::clock::vietnam;
use crate::messages::Message;

/// What the file says about itself.
pub struct About<'a> {
    pub title: String,
    pub author: &'a str,
    pub created: Timestamp,
    /// What the file identifier is made of.
    pub identifier: &'a str,
}

/// The file of these pages; the order of their pieces is also the reading order.
///
/// # Errors
/// `NotArchival`, `BadImage`.
pub fn render(sheets: Vec<FinishedPage>, about: &About<'_>) -> Result<Vec<u8>, ComposeError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_B)
        .finish()
        .expect("PDF/A-2b alone always has a valid version range");
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    document.set_metadata(metadata(about));
    let mut tags = Tags::default();
    for sheet in sheets {
        render_sheet(&mut document, sheet, &mut tags);
    }
    document.set_tag_tree(tags.finish());
    document.finish().map_err(not_archival)
}

fn render_sheet(document: &mut Document, sheet: FinishedPage, tags: &mut Tags) {
    let settings =
        PageSettings::from_wh(sheet.width, sheet.height).expect("every sheet has a positive size");
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    let mut link = None;
    for piece in sheet.pieces {
        match piece {
            PageElement::Text { role, lines } => render_text(&mut surface, role, &lines, tags),
            PageElement::Box(left, top, width, height) => {
                render_decoration(&mut surface, rectangle(left, top, width, height));
            }
            PageElement::Picture {
                image,
                at,
                size,
                description,
            } => tags.add(render_picture(&mut surface, image, at, size, description)),
            PageElement::Code { path, area, target } => {
                let figure = render_code(&mut surface, &path, &target);
                link = Some((figure, area, target));
            }
        }
    }
    // The link is added when the page's content is closed, because an annotation belongs to the
    // page and not to its drawing.
    surface.finish();
    if let Some((figure, area, target)) = link {
        let action = Action::Link(LinkAction::new(target.clone()));
        let annotation = LinkAnnotation::new(area, Target::Action(action));
        let link = Message::new("printed.copy_pdf.link").with("url", &target);
        let annotation = Annotation::new_link(annotation, Some(link.vi()));
        let identifier = page.add_tagged_annotation(annotation);
        let children = vec![figure, identifier.into()];
        tags.add(TagGroup::with_children(Tag::Link, children).into());
    }
    page.finish();
}

/// The structure tree while it is built: a table's cells are gathered into rows, across pages.
#[derive(Default)]
struct Tags {
    nodes: Vec<Node>,
    rows: Vec<(u32, Vec<Node>)>,
}

impl Tags {
    fn add(&mut self, node: Node) {
        self.close_table();
        self.nodes.push(node);
    }

    fn add_cell(&mut self, row: u32, cell: Node) {
        match self.rows.last_mut() {
            Some((last, cells)) if *last == row => cells.push(cell),
            _ => self.rows.push((row, vec![cell])),
        }
    }

    fn close_table(&mut self) {
        if self.rows.is_empty() {
            return;
        }
        let rows = self.rows.drain(..);
        let rows = rows.map(|(_, cells)| TagGroup::with_children(Tag::TR, cells).into());
        let table = TagGroup::with_children(Tag::Table, rows.collect());
        self.nodes.push(table.into());
    }

    fn finish(mut self) -> TagTree {
        self.close_table();
        let mut tree = TagTree::new().with_lang(Some("vi".to_owned()));
        for node in self.nodes {
            tree.push(node);
        }
        tree
    }
}

fn metadata(about: &About<'_>) -> Metadata {
    let local = vietnam(about.created);
    let created = DateTime::new(local.year().unsigned_abs())
        .month(local.month().unsigned_abs())
        .day(local.day().unsigned_abs())
        .hour(local.hour().unsigned_abs())
        .minute(local.minute().unsigned_abs())
        .second(local.second().unsigned_abs())
        // The legal time of Viet Nam, which has no summer time, so that the date within the file is
        // that printed on the copy.
        .utc_offset_hour(7)
        .utc_offset_minute(0);
    Metadata::new()
        .title(about.title.clone())
        .authors(vec![about.author.to_owned()])
        .language("vi".to_owned())
        .creator("Sổ Gốc".to_owned())
        .producer("Sổ Gốc".to_owned())
        .creation_date(created)
        .document_id(about.identifier.to_owned())
}

fn render_text(surface: &mut Surface<'_>, role: Role, lines: &[SetLine], tags: &mut Tags) {
    // What only decorates is marked so, or a screen reader would read rules and page furniture
    // aloud.
    if role == Role::Artifact {
        let artifact = Artifact::with_kind(ArtifactType::Layout);
        surface.start_tagged(ContentTag::Artifact(artifact));
        lines.iter().for_each(|line| draw_line(surface, line));
        surface.end_tagged();
        return;
    }
    let mut identifiers: Vec<Node> = Vec::with_capacity(lines.len());
    for line in lines {
        let identifier = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        draw_line(surface, line);
        surface.end_tagged();
        identifiers.push(identifier.into());
    }
    match role {
        Role::Heading(level) => {
            let title = lines.iter().map(|line| line.shaped.text.as_str()).collect();
            let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
            let heading = TagGroup::with_children(Tag::Hn(level, Some(title)), identifiers);
            tags.add(heading.into());
        }
        Role::HeaderCell(row) => {
            let header = Tag::TH(TableHeaderScope::Column);
            tags.add_cell(row, TagGroup::with_children(header, identifiers).into());
        }
        Role::Cell(row) => {
            tags.add_cell(row, TagGroup::with_children(Tag::TD, identifiers).into());
        }
        Role::Paragraph | Role::Artifact => {
            tags.add(TagGroup::with_children(Tag::P, identifiers).into());
        }
    }
}

fn draw_line(surface: &mut Surface<'_>, line: &SetLine) {
    let colour = rgb::Color::new(line.colour.0, line.colour.1, line.colour.2);
    surface.set_fill(Some(Fill {
        paint: colour.into(),
        ..Fill::default()
    }));
    surface.draw_glyphs(
        Point::from_xy(line.left, line.baseline),
        &line.shaped.glyphs,
        typeface::font(line.face),
        &line.shaped.text,
        line.size,
        false,
    );
}

fn render_decoration(surface: &mut Surface<'_>, path: Option<Path>) {
    let Some(path) = path else { return };
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(
        ArtifactType::Layout,
    )));
    surface.set_fill(Some(Fill::default()));
    surface.draw_path(&path);
    surface.end_tagged();
}

fn render_picture(
    surface: &mut Surface<'_>,
    image: Image,
    at: Point,
    size: Size,
    description: String,
) -> Node {
    let identifier = surface.start_tagged(ContentTag::Other);
    surface.push_transform(&Transform::from_translate(at.x, at.y));
    surface.draw_image(image, size);
    surface.pop();
    surface.end_tagged();
    TagGroup::with_children(Tag::Figure(Some(description)), vec![identifier.into()]).into()
}

fn render_code(surface: &mut Surface<'_>, path: &Path, target: &str) -> Node {
    let identifier: Identifier = surface.start_tagged(ContentTag::Other);
    surface.set_fill(Some(Fill::default()));
    surface.draw_path(path);
    surface.end_tagged();
    let description = Message::new("printed.copy_pdf.qr_code")
        .with("url", target)
        .vi();
    TagGroup::with_children(Tag::Figure(Some(description)), vec![identifier.into()]).into()
}

/// A filled rectangle given by its upper left corner and size in points.
pub fn rectangle(left: f32, top: f32, width: f32, height: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(left, top, width, height)?);
    path.finish()
}

/// krilla's error as a reason that holds nothing of the record's content.
fn not_archival(error: KrillaError) -> ComposeError {
    let reason = match error {
        KrillaError::Validation(errors) => errors
            .iter()
            .map(|(error, _)| validation_name(error))
            .collect::<Vec<_>>()
            .join(", "),
        KrillaError::Image(..) => return ComposeError::BadImage("it cannot be decoded".to_owned()),
        KrillaError::Font(..) => "the font cannot be embedded".to_owned(),
        _ => "a limit of the format is exceeded".to_owned(),
    };
    ComposeError::NotArchival(reason)
}

// Only the kind of the fault: its details may quote the record's text, which must not reach a log.
fn validation_name(error: &ValidationError) -> String {
    let debug = format!("{error:?}");
    debug
        .split(['(', ' ', '{'])
        .next()
        .unwrap_or_default()
        .to_owned()
}
