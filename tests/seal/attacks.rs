//! Changed, cut, wrapped, forged and hostile files.

use std::time::{Duration, Instant};

use sogoc::copy_pdf::compose;
use sogoc::seal::{FileCheck, LARGEST_FILE, Trust, verify};

use super::{Office, now};
use crate::copy_pdf::{ask, sample};

/// Small deterministic noise (xorshift), so that a failure can be repeated.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

fn find(bytes: &[u8], word: &[u8]) -> usize {
    bytes
        .windows(word.len())
        .rposition(|here| here == word)
        .unwrap()
}

#[test]
fn a_changed_byte_is_detected() {
    let office = Office::new();
    let (sealed, trust) = (office.sealed(), office.trust());
    let gap = find(&sealed, b"/Contents <");
    let mut noise = Noise(0x5eed);
    let anywhere = (0..300).map(|at| at * (sealed.len() - 1) / 299);
    let in_gap: Vec<usize> = (0..150)
        .map(|_| gap + noise.below(sealed.len() - gap))
        .collect();
    let start_of_signature = gap + 11..gap + 161;
    for at in anywhere.chain(in_gap).chain(start_of_signature) {
        for flip in [0x01, 0x20] {
            let mut changed = sealed.clone();
            changed[at] ^= flip;
            let verdict = verify(&changed, &trust, now());
            assert_ne!(verdict.file, FileCheck::Unchanged, "byte {at} ^ {flip:#x}");
            assert!(!verdict.holds());
        }
    }
}

#[test]
fn every_byte_of_the_signature_counts() {
    let office = Office::new();
    let (sealed, trust) = (office.sealed(), office.trust());
    let first = find(&sealed, b"/Contents <") + 11;
    let digits = sealed[first..]
        .iter()
        .position(|&byte| byte == b'>')
        .unwrap();
    for at in (first..first + digits).step_by(3) {
        let mut changed = sealed.clone();
        changed[at] = if changed[at] == b'7' { b'8' } else { b'7' };
        let verdict = verify(&changed, &trust, now());
        assert_eq!(verdict.file, FileCheck::Altered, "digit {}", at - first);
    }
}

#[test]
fn a_cut_off_file_never_holds() {
    let office = Office::new();
    let (sealed, trust) = (office.sealed(), office.trust());
    let mut noise = Noise(77);
    for _ in 0..200 {
        let length = noise.below(sealed.len());
        let verdict = verify(&sealed[..length], &trust, now());
        assert_ne!(verdict.file, FileCheck::Unchanged, "{length} bytes");
    }
}

#[test]
fn an_added_byte_is_reported() {
    let office = Office::new();
    let (mut sealed, trust) = (office.sealed(), office.trust());
    sealed.push(b'\n');
    let verdict = verify(&sealed, &trust, now());
    assert_eq!((verdict.file, verdict.bytes_added), (FileCheck::AddedTo, 1));
}

/// The gap is widened to hide other content in it: the byte range still covers "everything else".
#[test]
fn content_hidden_in_the_gap_is_detected() {
    let office = Office::new();
    let (sealed, trust) = (office.sealed(), office.trust());
    let close = find(&sealed, b"> >>\nendobj");
    let hidden = b"> /Hidden (content) /X <00";
    let mut wrapped = sealed[..close].to_vec();
    wrapped.extend_from_slice(hidden);
    wrapped.extend_from_slice(&sealed[close..]);
    let verdict = verify(&wrapped, &trust, now());
    assert_ne!(verdict.file, FileCheck::Unchanged);
    assert!(!verdict.holds());
}

#[test]
fn a_signature_moved_to_another_file_does_not_fit() {
    let office = Office::new();
    let (first, trust) = (office.sealed(), office.trust());
    let mut content = sample();
    content.lines[0].value = Some("Nguyễn Thị Thùy Dung".to_owned());
    let composed = compose(&content).unwrap();
    let mut second = office
        .seal
        .sign(&composed.pdf, &super::request(&content))
        .unwrap();
    let (from, to) = (find(&first, b"/Contents <"), find(&second, b"/Contents <"));
    let length = first[from..].iter().position(|&byte| byte == b'>').unwrap();
    second[to..to + length].copy_from_slice(&first[from..from + length]);
    assert_eq!(verify(&second, &trust, now()).file, FileCheck::Altered);
}

#[test]
fn what_is_no_sealed_pdf_is_named() {
    let office = Office::new();
    let plain = compose(&sample()).unwrap().pdf;
    let pdf = office.write("plain.pdf", &plain);
    let locked = office.write("locked.pdf", b"");
    let options = ["--encrypt", "a", "b", "256", "--"];
    ask("qpdf", &options, &pdf, &[locked.to_str().unwrap()]);
    let locked = std::fs::read(locked).unwrap();
    for (bytes, expected) in [
        (plain.as_slice(), FileCheck::NotSealed),
        (b"".as_slice(), FileCheck::NotPdf),
        (b"\xff\xd8\xff\xe0 picture".as_slice(), FileCheck::NotPdf),
        (b"%PDF-1.7\n%%EOF\n".as_slice(), FileCheck::Unreadable),
        (&plain[..plain.len() / 2], FileCheck::Unreadable),
        (locked.as_slice(), FileCheck::Encrypted),
        (&vec![b'%'; LARGEST_FILE + 1], FileCheck::TooLarge),
    ] {
        assert_eq!(verify(bytes, &Trust::none(), now()).file, expected);
    }
}

#[test]
fn a_file_with_packed_objects_is_read_too() {
    let office = Office::new();
    let pdf = office.write("plain.pdf", compose(&sample()).unwrap().pdf);
    let packed = office.write("packed.pdf", b"");
    let options = ["--object-streams=generate"];
    ask("qpdf", &options, &pdf, &[packed.to_str().unwrap()]);
    let bytes = std::fs::read(packed).unwrap();
    assert_eq!(
        verify(&bytes, &Trust::none(), now()).file,
        FileCheck::NotSealed
    );
}

fn hostile_files() -> Vec<Vec<u8>> {
    let tail = |body: String, at: usize| {
        let mut file = format!("%PDF-1.7\n{body}").into_bytes();
        file.extend(format!("\nstartxref\n{at}\n%%EOF\n").into_bytes());
        file
    };
    let trailer = |root: &str| format!("xref\n0 0\ntrailer\n<< /Root {root} >>");
    let deep = "[".repeat(3_000_000);
    let many = "0 ".repeat(3_000_000);
    vec![
        tail(trailer(&deep), 9),
        tail(trailer(&format!("[{many}]")), 9),
        tail(trailer(&"<< /A ".repeat(100_000)), 9),
        tail("xref\n0 99999999999\n".to_owned(), 9),
        tail("xref\n0 0\ntrailer\n<< /Prev 9 /Root 1 0 R >>".to_owned(), 9),
        tail("xref\n0 1\n0000000009 00000 n \ntrailer\n<< /Root 0 0 R >>".to_owned(), 9),
        tail(trailer("<< /AcroForm << /Fields [<< /FT /Sig /V << /ByteRange [0 9 1 18446744073709551615] /Contents <00> >> >>] >> >>"), 9),
        tail(trailer("<< /AcroForm << /Fields [<< /FT /Sig /V << /ByteRange [0 -1 -1 9] /Contents () >> >>] >> >>"), 9),
        tail("1 0 obj\n<< /Type /XRef /W [8 8 8] /Size 99999999 /Length 4 >>\nstream\nxxxx\nendstream".to_owned(), 9),
        tail(String::new(), usize::MAX),
    ]
}

#[test]
fn hostile_files_end_quickly_in_a_named_outcome() {
    for (which, file) in hostile_files().iter().enumerate() {
        let start = Instant::now();
        let verdict = verify(file, &Trust::none(), now());
        assert!(!verdict.holds(), "file {which}");
        let took = start.elapsed();
        assert!(took < Duration::from_secs(2), "file {which} took {took:?}");
    }
}

#[test]
fn a_decompression_bomb_is_cut_short() {
    use std::io::Write;
    let mut bomb = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..400 {
        bomb.write_all(&zeros).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let mut file = b"%PDF-1.7\n1 0 obj\n".to_vec();
    let header = format!(
        "<< /Type /XRef /W [1 2 1] /Size 9 /Filter /FlateDecode /Length {} >>\nstream\n",
        bomb.len()
    );
    file.extend(header.bytes());
    file.extend(&bomb);
    file.extend(b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n");
    let start = Instant::now();
    let verdict = verify(&file, &Trust::none(), now());
    assert_eq!(verdict.file, FileCheck::TooLarge);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn noise_in_a_sealed_file_never_passes_and_never_panics() {
    let office = Office::new();
    let (sealed, trust) = (office.sealed(), office.trust());
    let mut noise = Noise(4242);
    for _ in 0..300 {
        let mut changed = sealed.clone();
        let structural = changed.len() - noise.below(3000).max(1);
        for _ in 0..=noise.below(8) {
            let at = structural
                .saturating_add(noise.below(40))
                .min(changed.len() - 1);
            changed[at] = noise.next() as u8;
        }
        if changed != sealed {
            assert!(!verify(&changed, &trust, now()).holds());
        }
    }
}
