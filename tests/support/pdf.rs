//! Small PDFs as the word processors of the nineties made them: one page, a few lines of text.

/// How the bytes of the line are to be understood.
pub enum Writing<'a> {
    /// Only by the name of the font.
    Font(&'a str),
    /// By a table of the file's own: pairs of a byte and what it means.
    Table(&'a [(u8, &'a str)]),
}

/// One page with `line`, given as the inside of a PDF string.
pub fn one_line(writing: &Writing<'_>, line: &str) -> String {
    let show = shown((72, 720), line);
    let (font, table) = match writing {
        Writing::Font(name) => (format!("/BaseFont /{name}"), String::new()),
        Writing::Table(pairs) => (
            "/BaseFont /Times /ToUnicode 6 0 R".into(),
            to_unicode(pairs),
        ),
    };
    document(&show, &font, &table)
}

/// One page with ASCII text at those places, in points from the lower left of an A4 sheet.
pub fn page(texts: &[((u32, u32), &str)]) -> String {
    let show: Vec<String> = texts.iter().map(|(at, text)| shown(*at, text)).collect();
    document(&show.join("\n"), "/BaseFont /Helvetica", "")
}

fn shown((x, y): (u32, u32), text: &str) -> String {
    format!("BT /F1 18 Tf {x} {y} Td ({text}) Tj ET")
}

fn document(show: &str, font: &str, table: &str) -> String {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        stream(show),
        format!("<< /Type /Font /Subtype /Type1 {font} /Encoding /WinAnsiEncoding >>"),
        stream(table),
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut places = String::new();
    for (number, object) in (1..).zip(&objects) {
        places += &format!("{:010} 00000 n \n", pdf.len());
        pdf += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let start = pdf.len();
    pdf + &format!(
        "xref\n0 7\n0000000000 65535 f \n{places}trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    )
}

fn stream(content: &str) -> String {
    format!(
        "<< /Length {} >>\nstream\n{content}\nendstream",
        content.len()
    )
}

fn to_unicode(pairs: &[(u8, &str)]) -> String {
    let rows: String = pairs
        .iter()
        .map(|(byte, text)| {
            let units: String = text
                .encode_utf16()
                .map(|unit| format!("{unit:04X}"))
                .collect();
            format!("<{byte:02X}> <{units}>\n")
        })
        .collect();
    format!(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n/CMapName /T def\n\
         1 begincodespacerange <00> <FF> endcodespacerange\n{} beginbfchar\n{rows}endbfchar\n\
         endcmap end end",
        pairs.len()
    )
}
