//! An XLSX workbook of one sheet (ECMA-376, Part 1): a few lines of heading, a framed head row that
//! repeats on every printed page, rows of text and whole numbers. Never a formula, whatever a cell says.

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::alto::escaped;
use crate::error::{Error, Result};

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const ROOT: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const PARTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
/// Cell formats by place: plain, title, framed head, framed body.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="3"><font><sz val="11"/><name val="Times New Roman"/></font><font><b/><sz val="14"/><name val="Times New Roman"/></font><font><b/><sz val="11"/><name val="Times New Roman"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="0" fontId="2" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyBorder="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>"#;

const PLAIN: u8 = 0;
const TITLE: u8 = 1;
const HEAD: u8 = 2;
const BODY: u8 = 3;

/// A value of a cell.
pub(crate) enum Cell {
    Text(String),
    Number(i64),
}

/// What the sheet shows.
pub(crate) struct Worksheet<'a> {
    /// Its name on the tab: at most 31 plain characters.
    pub name: String,
    /// Lines above the table; the second is its title.
    pub heading: [&'a str; 3],
    /// Heading and width in characters of each column.
    pub columns: Vec<(&'a str, f32)>,
    pub rows: Vec<Vec<Cell>>,
}

/// The workbook's bytes; the same sheet always gives the same.
pub(crate) fn workbook(sheet: &Worksheet<'_>) -> Result<Vec<u8>> {
    let written = package(sheet);
    written.map_err(|error| Error::Internal(format!("workbook: {error}")))
}

fn package(sheet: &Worksheet<'_>) -> zip::result::ZipResult<Vec<u8>> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    for (path, part) in [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", ROOT.to_owned()),
        ("xl/workbook.xml", book_part(sheet)),
        ("xl/_rels/workbook.xml.rels", PARTS.to_owned()),
        ("xl/styles.xml", STYLES.to_owned()),
        ("xl/worksheets/sheet1.xml", sheet_part(sheet)),
    ] {
        package.start_file(path, options)?;
        package.write_all(part.as_bytes())?;
    }
    Ok(package.finish()?.into_inner())
}

fn book_part(sheet: &Worksheet<'_>) -> String {
    let name = escaped(&sheet.name);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets><definedNames><definedName name="_xlnm.Print_Titles" localSheetId="0">'{name}'!$4:$4</definedName></definedNames></workbook>"#
    )
}

fn sheet_part(sheet: &Worksheet<'_>) -> String {
    let mut xml = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"><pane ySplit="4" topLeftCell="A5" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>"#,
    );
    for (place, (_, width)) in (1..).zip(&sheet.columns) {
        let _ = write!(
            xml,
            r#"<col min="{place}" max="{place}" width="{width:.1}" customWidth="1"/>"#
        ); // writing to a String cannot fail
    }
    xml.push_str("</cols><sheetData>");
    for (number, line) in (1..).zip(sheet.heading) {
        let style = if number == 2 { TITLE } else { PLAIN };
        add_row(&mut xml, [&Cell::Text(line.to_owned())].into_iter(), style);
    }
    let labels: Vec<Cell> = sheet
        .columns
        .iter()
        .map(|(label, _)| Cell::Text((*label).to_owned()))
        .collect();
    add_row(&mut xml, labels.iter(), HEAD);
    for row in &sheet.rows {
        add_row(&mut xml, row.iter(), BODY);
    }
    // 9 is A4; the table is fitted to the width of the page.
    xml.push_str(
        r#"</sheetData><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>"#,
    );
    xml
}

fn add_row<'a>(xml: &mut String, cells: impl Iterator<Item = &'a Cell>, style: u8) {
    xml.push_str("<row>");
    for cell in cells {
        let _ = match cell {
            Cell::Number(number) => write!(xml, r#"<c s="{style}"><v>{number}</v></c>"#),
            Cell::Text(text) => write!(
                xml,
                r#"<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#,
                escaped(text)
            ),
        }; // writing to a String cannot fail
    }
    xml.push_str("</row>");
}

/// A sheet of text without heading or frame, each column in a font of its own.
pub(crate) struct PlainSheet<'a> {
    /// Name of each column's font.
    pub fonts: Vec<&'static str>,
    /// Rows from the first, the head among them.
    pub lines: &'a [Vec<String>],
}

/// The workbook's bytes; every cell is text, whatever it says.
pub(crate) fn plain(sheet: &PlainSheet<'_>) -> Result<Vec<u8>> {
    let written = plain_package(sheet);
    written.map_err(|error| Error::Internal(format!("workbook: {error}")))
}

fn plain_package(sheet: &PlainSheet<'_>) -> zip::result::ZipResult<Vec<u8>> {
    let mut fonts: Vec<&str> = vec!["Times New Roman"];
    for font in &sheet.fonts {
        if !fonts.contains(font) {
            fonts.push(font);
        }
    }
    let style = |column: usize| {
        let own = sheet
            .fonts
            .get(column)
            .and_then(|font| fonts.iter().position(|known| known == font));
        own.unwrap_or_default()
    };
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .large_file(true);
    let book = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    for (path, part) in [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", ROOT.to_owned()),
        ("xl/workbook.xml", book.to_owned()),
        ("xl/_rels/workbook.xml.rels", PARTS.to_owned()),
        ("xl/styles.xml", plain_styles(&fonts)),
    ] {
        package.start_file(path, options)?;
        package.write_all(part.as_bytes())?;
    }
    package.start_file("xl/worksheets/sheet1.xml", options)?;
    package.write_all(
        br#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#,
    )?;
    for line in sheet.lines {
        let mut xml = String::from("<row>");
        for (column, text) in line.iter().enumerate() {
            let _ = write!(
                xml,
                r#"<c s="{}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#,
                style(column),
                escaped(text)
            ); // writing to a String cannot fail
        }
        xml.push_str("</row>");
        package.write_all(xml.as_bytes())?;
    }
    package.write_all(b"</sheetData></worksheet>")?;
    Ok(package.finish()?.into_inner())
}

fn plain_styles(fonts: &[&str]) -> String {
    let own = fonts.iter().map(|name| {
        format!(
            r#"<font><sz val="11"/><name val="{}"/></font>"#,
            escaped(name)
        )
    });
    let formats = (0..fonts.len()).map(|at| {
        format!(
            r#"<xf numFmtId="49" fontId="{at}" fillId="0" borderId="0" xfId="0" applyFont="1"/>"#
        )
    });
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="{0}">{1}</fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="{0}">{2}</cellXfs></styleSheet>"#,
        fonts.len(),
        own.collect::<String>(),
        formats.collect::<String>()
    )
}
