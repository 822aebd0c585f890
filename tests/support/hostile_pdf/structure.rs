//! Files whose PDF structure costs more than it looks: fields, cross-reference chains, streams, names.

use super::{Pdf, catalog, deflated, signed};

pub fn fields(count: u32) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let references: String = (0..count).map(|at| format!("{} 0 R ", 10 + at)).collect();
    pdf.object(
        1,
        &format!("<< /Type /Catalog /AcroForm << /Fields [{references}] >> >>"),
    );
    for at in 0..count {
        pdf.object(
            10 + at,
            "<< /FT /Sig /V << /ByteRange [0 9 20 9] /Contents <00> >> >>",
        );
    }
    pdf.finish()
}

/// Fields whose kids are all one array of many.
pub fn fields_share_one_array() -> Vec<u8> {
    let mut pdf = Pdf::new();
    let references: String = (0..1_900).map(|at| format!("{} 0 R ", 20 + at)).collect();
    pdf.object(
        1,
        &format!("<< /Type /Catalog /AcroForm << /Fields [{references}] >> >>"),
    );
    pdf.object(10, &format!("[{}]", "null ".repeat(190_000)));
    for at in 0..1_900 {
        pdf.object(20 + at, "<< /FT /Sig /Kids 10 0 R >>");
    }
    pdf.finish()
}

pub fn kids_deep(depth: u32) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.object(1, "<< /Type /Catalog /AcroForm << /Fields [10 0 R] >> >>");
    for at in 0..depth {
        pdf.object(10 + at, &format!("<< /FT /Sig /Kids [{} 0 R] >>", 11 + at));
    }
    pdf.finish()
}

pub fn object_stream_in_itself() -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.stream(10, "/Type /ObjStm /N 1 /First 5", b"1 0  << >>");
    pdf.finish_as_stream(&[(1, 11, 0), (11, 12, 0), (12, 11, 0)])
}

pub fn cross_reference_loop() -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let first = bytes.len();
    let second = first + 60;
    let one = format!("xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev {second} >>\n");
    bytes.extend(format!("{one:<60}").bytes());
    let other = format!("xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev {first} >>\n");
    bytes.extend(other.bytes());
    bytes.extend(format!("startxref\n{first}\n%%EOF\n").bytes());
    bytes
}

pub fn revisions(count: usize) -> Vec<u8> {
    let mut bytes = catalog("");
    let mut section = bytes.windows(4).rposition(|here| here == b"xref").unwrap() - 5;
    for _ in 0..count {
        let previous = section;
        section = bytes.len();
        let one = format!("xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev {previous} >>\n");
        bytes.extend(one.bytes());
    }
    bytes.extend(format!("startxref\n{section}\n%%EOF\n").bytes());
    bytes
}

/// One long table, and many sections that begin in the white space before it.
pub fn table_read_again(times: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let start = bytes.len();
    bytes.extend(vec![b' '; times]);
    let entries = "0000000009 00000 n \n".repeat(200_000);
    let table = format!("xref\n0 200000\n{entries}trailer\n<< /Root 1 0 R ");
    bytes.extend(table.bytes());
    // The trailer is the same each time, so the ways on stand in further sections.
    bytes.extend(b">>\n");
    let mut section = 0;
    for at in 0..times {
        let previous = if at == 0 { start } else { section };
        section = bytes.len();
        let one = format!(
            "xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev {previous} /XRefStm {} >>\n",
            start + at
        );
        bytes.extend(one.bytes());
    }
    bytes.extend(format!("startxref\n{section}\n%%EOF\n").bytes());
    bytes
}

pub fn length_lies() -> Vec<u8> {
    signed("/DSS << /Certs [10 0 R 11 0 R] >>", &[0x30, 0], |pdf| {
        pdf.object(10, "<< /Length 99999999999 >>\nstream\nx\nendstream");
        pdf.object(11, "<< /Length -1 >>\nstream\nx\nendstream");
    })
}

/// Streams of which each holds all that follow.
pub fn streams_overlap() -> Vec<u8> {
    const STREAMS: u32 = 9_000;
    let references: String = (0..STREAMS).map(|at| format!("{} 0 R ", 10 + at)).collect();
    let root = format!("/DSS << /Certs [{references}] >>");
    signed(&root, &[0x30, 0], |pdf| {
        for at in 0..STREAMS {
            pdf.object(10 + at, "<< /Length 1000000 >>\nstream\n");
        }
        pdf.bytes.extend(vec![b' '; 1_000_100]);
    })
}

pub fn filters(count: usize) -> Vec<u8> {
    let mut data = vec![0; 1000];
    for _ in 0..count {
        data = deflated(&data);
    }
    let entries = format!("/Filter [{}]", "/FlateDecode ".repeat(count));
    signed("/DSS << /Certs [10 0 R] >>", &[0x30, 0], |pdf| {
        pdf.stream(10, &entries, &data);
    })
}

pub fn byte_range_huge() -> Vec<u8> {
    let range = "0 9 20 18446744073709551615 ".repeat(40_000);
    let field = format!("<< /FT /Sig /V << /ByteRange [{range}] /Contents <00> >> >>");
    catalog(&format!("/AcroForm << /Fields [{field}] >>"))
}

/// Objects that all begin in one stretch of white space.
pub fn white_space() -> Vec<u8> {
    const FIELDS: u32 = 1_900;
    let mut pdf = Pdf::new();
    let references: String = (0..FIELDS).map(|at| format!("{} 0 R ", 10 + at)).collect();
    pdf.object(
        1,
        &format!("<< /Type /Catalog /AcroForm << /Fields [{references}] >> >>"),
    );
    let start = pdf.bytes.len();
    pdf.bytes.extend(vec![b' '; 3 << 20]);
    for at in 0..FIELDS {
        pdf.places.push((10 + at, start + at as usize));
    }
    pdf.bytes.extend(b"10 0 obj\n<< /FT /Sig >>\nendobj\n");
    pdf.finish()
}

pub fn names_tree() -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.object(
        1,
        "<< /Type /Catalog /Names << /EmbeddedFiles 10 0 R >> /Metadata 9 0 R >>",
    );
    pdf.stream(9, "/Type /Metadata", "<x>".repeat(500_000).as_bytes());
    for at in 0..20_000 {
        pdf.object(
            10 + at,
            &format!("<< /Kids [{} 0 R {} 0 R] >>", 11 + at, 10),
        );
    }
    pdf.finish()
}
