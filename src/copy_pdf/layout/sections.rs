//! The parts of the attestation, from the signature mark to the way to verify.

use krilla::geom::{Point, Size};
use krilla::image::Image;
use qrcode::{EcLevel, QrCode};

use crate::messages::Message;

use super::super::page::{
    Align, BLACK, Colour, Column, Page, PageElement, Role, SetLine, Style, code_path, lines_of,
};
use super::super::typeface::{Face, printable, shape, width, wrap};
use super::super::{
    ComposeError, CopyContent, NOT_IN_REGISTER, RowImage, TEST_AUTHORITY_MARK, vi, vietnam_time,
};
use super::{BOTTOM, FULL, LEFT, RIGHT, ROOM, jpeg};

const MARK_WIDTH: f32 = 230.0;
const MARK_SIZE: f32 = 10.0; // Thông tư 05/2025, Điều 8
const WARNING: Colour = (176, 0, 0);

impl Page {
    /// Everything on the page of the attestation.
    pub(super) fn attestation(&mut self, content: &CopyContent) -> Result<(), ComposeError> {
        if content.scan_pages.is_empty() {
            self.signature_mark(content)?;
        }
        if content.test_authority {
            self.test_warning()?;
        }
        self.heading(content)?;
        self.title(content)?;
        self.fields(content)?;
        for note in &content.notes {
            self.y += 2.0;
            let style = Style::new(Face::Italic, self.body - 1.0, Align::Left);
            self.paragraph(Role::Paragraph, note, style, FULL)?;
        }
        if let Some(row) = &content.row_image {
            self.row_image(row)?;
        }
        self.closing(content)
    }

    /// Agency and time of sealing, top right (Thông tư 05/2025, Điều 8).
    pub(super) fn signature_mark(&mut self, content: &CopyContent) -> Result<(), ComposeError> {
        let column = Column {
            left: RIGHT - MARK_WIDTH,
            width: MARK_WIDTH,
        };
        let style = Style::new(Face::Regular, MARK_SIZE, Align::Right);
        let top = self.y;
        if !content.scan_pages.is_empty() {
            self.paragraph(Role::Paragraph, &content.title, style, column)?;
        }
        self.paragraph(Role::Paragraph, &content.agency, style, column)?;
        let time = vietnam_time(content.sealed_at);
        self.paragraph(Role::Paragraph, &time, style, column)?;
        self.mark = (column.left, top, RIGHT, self.y + 2.0);
        self.y += 10.0;
        Ok(())
    }

    pub(super) fn test_warning(&mut self) -> Result<(), ComposeError> {
        let mut style = Style::new(Face::Bold, 12.0, Align::Centre);
        style.colour = WARNING;
        let top = self.y;
        self.y += 4.0;
        self.paragraph(Role::Paragraph, vi(TEST_AUTHORITY_MARK), style, FULL)?;
        self.y += 5.0;
        self.frame(LEFT, top, ROOM, self.y - top);
        self.y += 12.0;
        Ok(())
    }

    fn heading(&mut self, content: &CopyContent) -> Result<(), ComposeError> {
        let motto_width = 268.0;
        let agency = Column {
            left: LEFT,
            width: ROOM - motto_width - 6.0,
        };
        let motto = Column {
            left: RIGHT - motto_width,
            width: motto_width,
        };
        let top = self.y;
        if let Some(superior) = &content.superior {
            let style = Style::new(Face::Regular, 12.0, Align::Centre);
            self.paragraph(Role::Paragraph, superior, style, agency)?;
        }
        let bold = Style::new(Face::Bold, 12.0, Align::Centre);
        self.paragraph(Role::Paragraph, &content.agency, bold, agency)?;
        self.rule(agency, agency.width / 3.0);
        let left_bottom = self.y;
        self.y = top;
        self.paragraph(
            Role::Paragraph,
            vi("printed.copy_pdf.motto_state"),
            bold,
            motto,
        )?;
        let words = vi("printed.copy_pdf.motto");
        let style = Style::new(Face::Bold, 13.0, Align::Centre);
        self.paragraph(Role::Paragraph, words, style, motto)?;
        self.rule(motto, width(Face::Bold, 13.0, words));
        self.y = self.y.max(left_bottom) + self.body * 1.6;
        Ok(())
    }

    fn title(&mut self, content: &CopyContent) -> Result<(), ComposeError> {
        let style = Style::new(Face::Bold, 20.0, Align::Centre);
        self.paragraph(Role::Heading(1), &content.title, style, FULL)?;
        self.y += 3.0;
        let style = Style::new(Face::Bold, 14.0, Align::Centre);
        self.paragraph(Role::Heading(2), &content.document_name, style, FULL)?;
        let style = Style::new(Face::Italic, self.body, Align::Centre);
        self.paragraph(Role::Paragraph, &content.opening, style, FULL)?;
        self.y += self.body;
        Ok(())
    }

    fn fields(&mut self, content: &CopyContent) -> Result<(), ComposeError> {
        let (serial, entry) = (&content.original_serial, &content.original_register_number);
        let originals = [
            (vi("printed.copy_pdf.original_serial"), serial.as_deref()),
            (
                vi("printed.copy_pdf.original_register_number"),
                entry.as_deref(),
            ),
        ];
        let originals = originals.into_iter().filter(|_| content.registered);
        let issue = (
            vi("printed.copy_pdf.issue_number"),
            Some(content.copy_register_number.as_str()),
        );
        let numbers = originals.chain([issue]);
        let lines = content
            .lines
            .iter()
            .map(|line| (line.label.as_str(), line.value.as_deref()));
        let all: Vec<(String, Option<String>)> = lines
            .chain(numbers)
            .map(|(label, value)| {
                let value = value.map(printable).transpose()?;
                let value = value.filter(|text| !text.is_empty());
                Ok((format!("{}: ", printable(label)?), value))
            })
            .filter(|line| {
                let missing = line.as_ref().is_ok_and(|(_, value)| value.is_none());
                content.registered || !missing
            })
            .collect::<Result<_, ComposeError>>()?;
        let widest = all
            .iter()
            .map(|(label, _)| width(Face::Regular, self.body, label))
            .fold(0.0, f32::max);
        let label_width = (widest + 8.0).min(ROOM * 0.42);
        for (label, value) in &all {
            self.field(label, value.as_deref(), label_width);
        }
        Ok(())
    }

    /// The label in its column and beside it the value, or the note that it is missing; a label too long for the
    /// column wraps there.
    fn field(&mut self, label: &str, value: Option<&str>, label_width: f32) {
        let leading = self.body * 1.42;
        let (face, value) = match value {
            Some(value) => (Face::Bold, value),
            None => (Face::Italic, vi(NOT_IN_REGISTER)),
        };
        let left_room = label_width - 6.0;
        let value_room = ROOM - label_width;
        let labels = wrap(Face::Regular, self.body, label, left_room);
        let values = wrap(face, self.body, value, value_room);
        let rows = labels.len().max(values.len());
        let mut lines = Vec::with_capacity(labels.len() + values.len());
        for (text, face, left) in labels
            .into_iter()
            .map(|text| (text, Face::Regular, LEFT))
            .chain(
                values
                    .into_iter()
                    .map(|text| (text, face, LEFT + label_width)),
            )
        {
            let row = lines
                .iter()
                .filter(|line: &&SetLine| line.left == left)
                .count();
            lines.push(SetLine {
                left,
                baseline: self.y + self.body + leading * row as f32,
                face,
                size: self.body,
                colour: BLACK,
                shaped: shape(face, &text),
            });
        }
        self.pieces.push(PageElement::Text {
            role: Role::Paragraph,
            lines,
        });
        self.y += leading * rows as f32;
    }

    fn row_image(&mut self, row: &RowImage) -> Result<(), ComposeError> {
        let image = jpeg(row)?;
        self.y += 8.0;
        self.picture(&image, row, 9.0 * self.body)?;
        let style = Style::new(Face::Italic, 10.0, Align::Centre);
        self.paragraph(Role::Paragraph, &row.caption, style, FULL)
    }

    /// A framed picture, as wide as the text or as high as `room`.
    pub(super) fn picture(
        &mut self,
        image: &Image,
        what: &RowImage,
        room: f32,
    ) -> Result<(), ComposeError> {
        let (pixels_wide, pixels_high) = image.size();
        let scale = (ROOM / pixels_wide as f32).min(room / pixels_high as f32);
        let (wide, high) = (pixels_wide as f32 * scale, pixels_high as f32 * scale);
        let size = Size::from_wh(wide, high)
            .ok_or_else(|| ComposeError::BadImage("its proportions are absurd".to_owned()))?;
        let left = LEFT + (ROOM - wide) / 2.0;
        self.pieces.push(PageElement::Picture {
            image: image.clone(),
            at: Point::from_xy(left, self.y),
            size,
            description: printable(&what.caption)?,
        });
        self.frame(left, self.y, wide, high);
        self.y += high + 3.0;
        Ok(())
    }

    /// Place, date and signer on the right, the QR code on the left, below them how to verify.
    fn closing(&mut self, content: &CopyContent) -> Result<(), ComposeError> {
        self.y += self.body;
        let top = self.y;
        let right = Column {
            left: LEFT + ROOM * 0.46,
            width: ROOM * 0.54,
        };
        let date = format!("{}, {}", content.place, content.issue_date);
        let style = Style::new(Face::Italic, self.body, Align::Centre);
        self.paragraph(Role::Paragraph, &date, style, right)?;
        let bold = Style::new(Face::Bold, self.body, Align::Centre);
        for line in content.signer_title.lines() {
            self.paragraph(Role::Paragraph, line, bold, right)?;
        }
        self.y += 40.0;
        self.paragraph(Role::Paragraph, &content.signer_name, bold, right)?;
        let signer_bottom = self.y;
        self.y = top;
        self.verification_code(content)?;
        self.y = self.y.max(signer_bottom) + 8.0;
        self.how_to_verify(content)
    }

    fn verification_code(&mut self, content: &CopyContent) -> Result<(), ComposeError> {
        let url = &content.verification_url;
        let web = url.starts_with("https://") || url.starts_with("http://");
        if !web || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            let reason = "not a plain http(s) address".to_owned();
            return Err(ComposeError::BadAddress(reason));
        }
        let code = QrCode::with_error_correction_level(url.as_bytes(), EcLevel::M)
            .map_err(|error| ComposeError::BadAddress(error.to_string()))?;
        let side = 92.0;
        let (path, area) = code_path(&code, LEFT, self.y, side);
        self.pieces.push(PageElement::Code {
            path,
            area,
            target: url.clone(),
        });
        self.y += side + 2.0;
        let column = Column {
            left: LEFT,
            width: ROOM * 0.44,
        };
        let style = Style::new(Face::Regular, 10.0, Align::Left);
        let text = Message::new("printed.copy_pdf.verification_code")
            .with("code", &content.verification_code)
            .vi();
        self.paragraph(Role::Paragraph, &text, style, column)
    }

    /// At the foot of the page, above the lower margin.
    fn how_to_verify(&mut self, content: &CopyContent) -> Result<(), ComposeError> {
        let style = Style::new(Face::Italic, 9.5, Align::Left);
        let sealed = vi("printed.copy_pdf.sealed");
        let how = Message::new("printed.copy_pdf.how_to_verify")
            .with("url", &content.verification_url)
            .vi();
        let lines = lines_of(sealed, style, ROOM).len() + lines_of(&how, style, ROOM).len();
        let height = 4.0 + style.size * 1.25 * lines as f32;
        self.y = self.y.max(BOTTOM - height);
        self.pieces.push(PageElement::Box(LEFT, self.y, ROOM, 0.5));
        self.y += 4.0;
        self.paragraph(Role::Paragraph, sealed, style, FULL)?;
        self.paragraph(Role::Paragraph, &how, style, FULL)
    }
}
