//! Opening files as people have them: UTF-8 with or without a mark, or Latin-1;
//! read in pieces, whatever their size.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// By the file's name.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let name = path.to_string_lossy().to_lowercase();
        let json = [".jsonl", ".ndjson", ".json"].iter().any(|ending| name.ends_with(ending));
        if json { Self::JsonLines } else { Self::Csv }
    }
}

/// Opens a file as UTF-8, whatever it was written in. It is read once to the end
/// to find that out, in pieces.
///
/// # Errors
/// When it cannot be read.
pub fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    let latin = !is_utf8(&mut file)?;
    file.seek(SeekFrom::Start(0))?;
    let file = BufReader::with_capacity(1 << 16, file);
    if latin {
        return Ok(Box::new(FromLatin { inner: file, rest: Vec::new() }));
    }
    Ok(Box::new(WithoutMark { inner: file, begun: false, rest: Vec::new() }))
}

fn is_utf8(file: &mut File) -> io::Result<bool> {
    let mut piece = vec![0; 1 << 16];
    let mut kept = 0;
    loop {
        let read = file.read(&mut piece[kept..])?;
        let filled = kept + read;
        match std::str::from_utf8(&piece[..filled]) {
            Ok(_) => kept = 0,
            // A letter cut in two by the end of the piece goes on in the next one.
            Err(error) if error.error_len().is_none() && read > 0 => {
                let valid = error.valid_up_to();
                piece.copy_within(valid..filled, 0);
                kept = filled - valid;
            }
            Err(_) => return Ok(false),
        }
        if read == 0 {
            return Ok(kept == 0);
        }
    }
}

/// Takes a byte order mark off.
struct WithoutMark<R> {
    inner: R,
    begun: bool,
    rest: Vec<u8>,
}

impl<R: Read> Read for WithoutMark<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if !std::mem::replace(&mut self.begun, true) {
            let mut mark = [0; 3];
            let mut read = 0;
            while read < 3 {
                match self.inner.read(&mut mark[read..])? {
                    0 => break,
                    more => read += more,
                }
            }
            if mark[..read] != [0xEF, 0xBB, 0xBF] {
                self.rest = mark[..read].to_vec();
            }
        }
        if self.rest.is_empty() {
            return self.inner.read(target);
        }
        let count = self.rest.len().min(target.len());
        target[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        Ok(count)
    }
}

/// Turns Latin-1 (as Windows writes it) into UTF-8.
struct FromLatin<R> {
    inner: R,
    rest: Vec<u8>,
}

impl<R: Read> Read for FromLatin<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            let mut piece = [0; 1 << 12];
            let read = self.inner.read(&mut piece)?;
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&piece[..read]);
            self.rest = text.into_owned().into_bytes();
        }
        let count = self.rest.len().min(target.len());
        target[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::open;

    fn read(bytes: &[u8]) -> String {
        let path = std::env::temp_dir().join(format!("vinculo-{}", uuid::Uuid::new_v4()));
        std::fs::File::create(&path).and_then(|mut file| file.write_all(bytes)).expect("writes");
        let mut text = String::new();
        open(&path).and_then(|mut source| source.read_to_string(&mut text)).expect("reads");
        std::fs::remove_file(&path).expect("removes");
        text
    }

    #[test]
    fn every_usual_encoding_reads_alike() {
        assert_eq!(read("\u{feff}Peñón, año".as_bytes()), "Peñón, año");
        assert_eq!(read("Peñón, año".as_bytes()), "Peñón, año");
        assert_eq!(read(b"Pe\xf1\xf3n, a\xf1o"), "Peñón, año");
        assert_eq!(read(b""), "");
        assert_eq!(read(b"\xef\xbb"), "ï»");
        // Letters of two bytes on every side of the pieces in which a file is read.
        for before in 0..3 {
            let text = format!("{}{}", "a".repeat(before), "ñ".repeat(100_000));
            assert_eq!(read(text.as_bytes()), text);
        }
    }
}
