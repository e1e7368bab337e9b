//! What may be kept: by what a file's name says it is, and by what its first bytes are.

/// How many of the first bytes tell what a file is.
pub(super) const HEAD: usize = 8_192;

/// How the bytes of a format are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bytes {
    /// By their beginning, which is the format's own.
    Marked,
    /// As an archive of files, whichever they are: which comes first, programs do as they like.
    Packed,
    /// As text without marks: no beginning of any format, no tags, no control characters.
    Plain,
}

/// What may be kept: ending of the name, media type, how its bytes are known. Old Office files
/// are not among them: they look like installers, and like what carries macros.
const FORMATS: &[(&str, &str, Bytes)] = &[
    ("pdf", "application/pdf", Bytes::Marked),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Bytes::Packed,
    ),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Bytes::Packed),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Bytes::Packed,
    ),
    ("odt", "application/vnd.oasis.opendocument.text", Bytes::Packed),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet", Bytes::Packed),
    ("odp", "application/vnd.oasis.opendocument.presentation", Bytes::Packed),
    ("zip", "application/zip", Bytes::Packed),
    ("png", "image/png", Bytes::Marked),
    ("jpg", "image/jpeg", Bytes::Marked),
    ("jpeg", "image/jpeg", Bytes::Marked),
    ("tif", "image/tiff", Bytes::Marked),
    ("tiff", "image/tiff", Bytes::Marked),
    ("webp", "image/webp", Bytes::Marked),
    ("dwg", "image/vnd.dwg", Bytes::Marked),
    ("csv", "text/csv", Bytes::Plain),
    ("txt", "text/plain", Bytes::Plain),
];

/// The endings of names that are taken, for people.
pub(super) fn endings() -> String {
    FORMATS.iter().map(|(ending, ..)| *ending).collect::<Vec<_>>().join(", ")
}

/// The media type that a file's name claims; nothing for what is not kept.
pub(super) fn claimed(file_name: &str) -> Option<&'static str> {
    let (stem, ending) = file_name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    let format = FORMATS.iter().find(|(known, ..)| *known == ending);
    format.filter(|_| !stem.trim().is_empty()).map(|(_, media_type, _)| *media_type)
}

/// Whether the first bytes of a file are those of its media type.
pub(super) fn is_what_it_claims(media_type: &str, head: &[u8]) -> bool {
    let found = infer::get(head).map(|kind| kind.mime_type());
    let format = FORMATS.iter().find(|(_, claimed, _)| *claimed == media_type);
    match format.map(|(.., bytes)| *bytes) {
        Some(Bytes::Marked) => found == Some(media_type),
        Some(Bytes::Packed) => found.is_some_and(|found| {
            FORMATS.iter().any(|(_, packed, bytes)| *bytes == Bytes::Packed && *packed == found)
        }),
        Some(Bytes::Plain) => found.is_none() && is_plain(head),
        None => false,
    }
}

/// Whether bytes are text of any encoding that has ASCII in it, and no page or program for browsers.
fn is_plain(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let control =
        |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 12);
    first.is_none_or(|byte| *byte != b'<') && !text.iter().any(control)
}

#[cfg(test)]
mod tests {
    use super::{claimed, is_what_it_claims};

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\x08\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0a.txt";
    const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0";
    const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn taken(name: &str, head: &[u8]) -> bool {
        claimed(name).is_some_and(|media_type| is_what_it_claims(media_type, head))
    }

    #[test]
    fn what_is_what_it_says_is_taken() {
        for (name, head) in [
            ("Ficha técnica.PDF", &b"%PDF-1.7\n%\xe2\xe3"[..]),
            ("a.png", PNG),
            ("balance.xlsx", ZIP),
            ("planos.zip", ZIP),
            ("datos.csv", "año,kWh\n2025,12\n".as_bytes()),
            ("datos.csv", b"a\xf1o;kWh\r\n2025;12\r\n"),
            ("notas.txt", b""),
            ("plano.dwg", b"AC1032\0\0\0\0\0"),
        ] {
            assert!(taken(name, head), "{name}");
        }
    }

    #[test]
    fn what_is_disguised_or_runs_is_not() {
        for (name, head) in [
            ("a.exe", EXE),
            ("a.pdf", EXE),
            ("a.txt", EXE),
            ("a.zip", ELF),
            ("a.docx", b"%PDF-1.7"),
            ("a.pdf", PNG),
            ("a.png", b"%PDF-1.7"),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("a.txt", b"  <svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("a.txt", b"\xef\xbb\xbf<!DOCTYPE html><p>"),
            ("a.html", b"<html>"),
            ("a.csv", b"#!/bin/sh\nrm"),
            ("a.csv", b"a,b\0c"),
            ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
            ("a.zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
            ("a.pdf", b""),
            (".pdf", b"%PDF-1.7"),
            ("pdf", b"%PDF-1.7"),
        ] {
            assert!(!taken(name, head), "{name} {head:?}");
        }
    }
}
