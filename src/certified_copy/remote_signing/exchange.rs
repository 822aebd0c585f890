//! The small files of the exchange, made to be handled by ten lines of shell: one line per copy, `#` before what is for
//! people. docs/detached-signing.md is their description.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Waiting;
use crate::error::{Error, Result};
use crate::messages::{Message, both};
use crate::seal::{Certificate, Trust};

/// Signatures that came back.
#[derive(Debug, Clone, Default)]
pub struct Signatures {
    /// The signer's certificate first, then its issuers; may be left out.
    pub certificates: Vec<Certificate>,
    /// Copy id and signature, each as it was given.
    pub signatures: Vec<(String, Vec<u8>)>,
}

impl Signatures {
    /// Reads lines of copy id and signature (base64), and certificates in PEM wherever they stand.
    ///
    /// # Errors
    /// `Invalid`, naming the line.
    pub fn parse(text: &str) -> Result<Signatures> {
        let mut found = Signatures::default();
        let (mut pem, mut in_pem) = (String::new(), false);
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            // Certificates and signatures may come in one file, as approvers' scripts write them
            // one after the other.
            in_pem |= line.starts_with("-----BEGIN");
            if in_pem {
                pem.push_str(line);
                pem.push('\n');
                in_pem = !line.starts_with("-----END");
            } else if !line.is_empty() && !line.starts_with('#') {
                found.add(line).ok_or_else(|| bad_line(number + 1))?;
            }
        }
        found.take_certificates(&pem)?;
        Ok(found)
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let mut words = line.split_whitespace();
        let (copy, signature) = (words.next()?, words.next()?);
        let signature = STANDARD.decode(signature).ok()?;
        // A third word means that the line is something else, and guessing which two count would be
        // worse than refusing.
        let whole = words.next().is_none() && !signature.is_empty();
        self.signatures
            .extend(whole.then(|| (copy.to_owned(), signature)));
        whole.then_some(())
    }

    /// Adds certificates in PEM; none when it is empty.
    ///
    /// # Errors
    /// `Invalid` when the text holds no certificates.
    pub fn take_certificates(&mut self, pem: &str) -> Result<()> {
        if pem.trim().is_empty() {
            return Ok(());
        }
        let read = Trust::from_pem(pem).map_err(|error| {
            Error::fault(
                "/certificates",
                Message::new("faults.certificates_cannot_read").with("error", error),
            )
        })?;
        self.certificates = read.anchors().to_vec();
        Ok(())
    }
}

fn bad_line(number: usize) -> Error {
    Error::fault(
        "/signatures",
        Message::new("faults.line_not_copy_id").with("number", number),
    )
}

/// What is to be signed, one line per copy: id, SHA-256 of what is to be signed, and that itself in base64.
pub fn to_sign_text(waiting: &[Waiting]) -> String {
    let scheme = waiting.first().map_or("", |one| one.scheme.as_str());
    // Scripts of approvers look for `scheme: ` in these lines, so that only the words before it are a translation's.
    let mut text = format!(
        "# {}: {}\n# {}: {scheme}\n# {}\n",
        both("seal.to_sign.count"),
        waiting.len(),
        both("seal.to_sign.scheme"),
        both("seal.to_sign.columns"),
    );
    for one in waiting {
        text.push_str(&format!("{} {} {}\n", one.copy_id, one.sha256, one.to_sign));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_any_system_are_read_and_what_is_for_people_is_left_out() {
        let read = Signatures::parse("# ghi chú\r\n\r\nabc  AQID\r\n  def BAUG \n").unwrap();
        let expected = [
            ("abc".to_owned(), vec![1, 2, 3]),
            ("def".to_owned(), vec![4, 5, 6]),
        ];
        assert_eq!(read.signatures, expected);
        assert!(read.certificates.is_empty());
    }

    #[test]
    fn a_line_that_is_none_is_named_and_nothing_is_taken() {
        for bad in [
            "abc",
            "abc !!!",
            "abc AQID more",
            "abc \u{0}",
            "-----BEGIN CERTIFICATE-----\nx",
        ] {
            assert!(Signatures::parse(bad).is_err(), "{bad:?}");
        }
        let error = Signatures::parse("abc AQID\nabc").unwrap_err();
        assert!(error.en().contains("Line 2"), "{}", error.en());
    }
}
