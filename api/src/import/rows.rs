//! The lines of a file and the rows of a table, one at a time, in memory that does
//! not grow. A quote that is never closed costs its own line, not what follows.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, Read},
};

use csv::StringRecord;
use csv_core::ReadRecordResult;

use super::Problem;

/// The longest line of a file, and the longest row of a table, in bytes.
const LONGEST: usize = 1 << 20;
/// The most columns of a table.
const MOST_COLUMNS: usize = 1_000;

/// The lines of a file, numbered from one.
pub(super) struct Lines<'a> {
    source: BufReader<&'a mut (dyn Read + Send)>,
    /// Lines that were read and put back; nothing for one that was too long.
    ahead: VecDeque<Option<Vec<u8>>>,
    /// The number of the line that was read last.
    pub(super) number: u64,
}

/// A line with `\n` at its end, or what is wrong with it.
type Line = Result<Vec<u8>, Problem>;

impl<'a> Lines<'a> {
    pub(super) fn new(source: &'a mut (dyn Read + Send)) -> Self {
        Self { source: BufReader::new(source), ahead: VecDeque::new(), number: 0 }
    }

    /// The next line; nothing at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let line = match self.ahead.pop_front() {
            Some(line) => line,
            None => match self.read()? {
                Some(line) => line,
                None => return Ok(None),
            },
        };
        self.number += 1;
        let long = || Problem::line("la línea es demasiado larga / the line is too long");
        Ok(Some(line.ok_or_else(long)))
    }

    #[expect(
        clippy::option_option,
        reason = "the end of the file, a line, or one that is too long"
    )]
    fn read(&mut self) -> io::Result<Option<Option<Vec<u8>>>> {
        let mut line = Vec::new();
        let read = self.source.by_ref().take(LONGEST as u64).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') {
            if line.len() == LONGEST {
                self.skip_rest()?;
                return Ok(Some(None));
            }
            line.push(b'\n');
        }
        Ok(Some(Some(line)))
    }

    fn skip_rest(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.source.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.source.consume(used);
            if end.is_some() || used == 0 {
                return Ok(());
            }
        }
    }

    fn put_back(&mut self, line: Option<Vec<u8>>) {
        self.number -= 1;
        self.ahead.push_front(line);
    }
}

/// Whether each quote that ends a cell is followed by the end of the cell. In a row of
/// several lines, one that is not belongs to another row: it began a cell of its own.
fn quotes_pair<'a>(text: impl Iterator<Item = &'a u8>) -> bool {
    let mut text = text.copied().peekable();
    let (mut quoted, mut start) = (false, true);
    while let Some(byte) = text.next() {
        if quoted && byte == b'"' {
            match text.peek() {
                Some(b'"') => drop(text.next()),
                None | Some(b',' | b'\r' | b'\n') => quoted = false,
                Some(_) => return false,
            }
        } else if !quoted {
            quoted = start && byte == b'"';
            start = byte == b',';
        }
    }
    !quoted
}

/// The rows of a table under a header.
pub(super) struct Rows<'a> {
    lines: Lines<'a>,
    /// The names of the columns.
    pub(super) header: Vec<String>,
    parser: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl<'a> Rows<'a> {
    /// Reads the header: names that occur once.
    pub(super) fn new(source: &'a mut (dyn Read + Send)) -> io::Result<Result<Self, Problem>> {
        let mut rows = Self {
            lines: Lines::new(source),
            header: Vec::new(),
            parser: csv_core::Reader::new(),
            text: vec![0; LONGEST],
            ends: vec![0; MOST_COLUMNS],
        };
        let header = match rows.next()? {
            Some((_, Ok(header))) => header,
            Some((_, Err(problem))) => return Ok(Err(problem)),
            None => return Ok(Err(Problem::line("el archivo está vacío / the file is empty"))),
        };
        rows.header = header.iter().map(|name| name.trim().to_owned()).collect();
        let mut names = rows.header.clone();
        names.sort_unstable();
        if let Some((twice, _)) =
            names.iter().zip(names.iter().skip(1)).find(|(one, next)| one == next)
        {
            return Ok(Err(Problem::line(format!(
                "columna repetida / column occurs twice: {}",
                super::shown(twice)
            ))));
        }
        Ok(Ok(rows))
    }

    /// The next row with the line on which it begins; nothing at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Result<StringRecord, Problem>)>> {
        while let Some(line) = self.lines.next()? {
            let number = self.lines.number;
            match line {
                Ok(line) if line.trim_ascii().is_empty() => {}
                Ok(line) => return Ok(Some((number, self.row(line)?))),
                Err(problem) => return Ok(Some((number, Err(problem)))),
            }
        }
        Ok(None)
    }

    /// The row that begins with a line, and goes on in the next one inside of quotes.
    fn row(&mut self, first: Vec<u8>) -> io::Result<Result<StringRecord, Problem>> {
        self.parser.reset();
        let (mut length, mut written, mut ended) = (first.len(), 0, 0);
        let mut lines = vec![Some(first)];
        let whole = loop {
            let line = lines.last().and_then(Option::as_deref).unwrap_or_default();
            let (result, _, out, ends) =
                self.parser.read_record(line, &mut self.text[written..], &mut self.ends[ended..]);
            written += out;
            ended += ends;
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => break true,
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => break false,
                ReadRecordResult::InputEmpty => {}
            }
            let Some(next) = self.lines.next()? else { break false };
            let next = next.ok();
            length += next.as_ref().map_or(LONGEST, Vec::len);
            lines.push(next);
            if length >= LONGEST {
                break false;
            }
        };
        let fits = (self.header.is_empty() || ended == self.header.len())
            && (lines.len() == 1 || quotes_pair(lines.iter().flatten().flatten()));
        if whole && fits {
            return Ok(self.record(written, ended));
        }
        if whole && lines.len() == 1 {
            return Ok(Err(Problem::line(format!(
                "tiene {ended} columnas y el encabezado {} / has {ended} columns, the header {0}",
                self.header.len()
            ))));
        }
        let several = ended == MOST_COLUMNS;
        for line in lines.drain(1..).rev() {
            self.lines.put_back(line);
        }
        Ok(Err(Problem::line(if several {
            "tiene demasiadas columnas / has too many columns"
        } else {
            "hay comillas sin cerrar / a quote is not closed"
        })))
    }

    fn record(&self, written: usize, ended: usize) -> Result<StringRecord, Problem> {
        let Ok(text) = std::str::from_utf8(&self.text[..written]) else {
            return Err(Problem::line("no es UTF-8 / is not UTF-8"));
        };
        let mut record = StringRecord::with_capacity(written, ended);
        let mut start = 0;
        for end in &self.ends[..ended] {
            // A quote can end inside of a letter only where the text is not UTF-8.
            record.push_field(text.get(start..*end).unwrap_or_default());
            start = *end;
        }
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Rows};

    fn rows(text: &str) -> Vec<(u64, Result<Vec<String>, String>)> {
        let mut source = text.as_bytes();
        let mut rows = Rows::new(&mut source).expect("reads").expect("a header");
        let mut found = Vec::new();
        while let Some((line, row)) = rows.next().expect("reads") {
            let cells = row.map(|row| row.iter().map(ToOwned::to_owned).collect());
            found.push((line, cells.map_err(|problem| problem.message)));
        }
        found
    }

    fn good(line: u64, cells: [&str; 2]) -> (u64, Result<Vec<String>, String>) {
        (line, Ok(cells.map(ToOwned::to_owned).to_vec()))
    }

    #[test]
    fn a_quote_that_stays_open_costs_its_line_alone() {
        let unclosed = "hay comillas sin cerrar / a quote is not closed";
        let text = "a,b\n1,\"x, \"\"y\"\"\"\r\n\n2,\"never closed\n3,z\n4,\"two\nlines\"\n5,end";
        assert_eq!(
            rows(text),
            [
                good(2, ["1", "x, \"y\""]),
                (4, Err(unclosed.to_owned())),
                good(5, ["3", "z"]),
                good(6, ["4", "two\nlines"]),
                good(8, ["5", "end"]),
            ]
        );
        assert_eq!(rows("a,b\n1,\"x"), [(2, Err(unclosed.to_owned()))]);
        let long = format!("a,b\n1,\"x\n{}\n2,y\n", "z".repeat(LONGEST));
        let found = rows(&long);
        assert_eq!(found[0], (2, Err(unclosed.to_owned())));
        assert!(found[1].0 == 3 && found[1].1.is_err());
        assert_eq!(found[2], good(4, ["2", "y"]));
    }

    #[test]
    fn a_header_must_be_there_and_tell_its_columns_apart() {
        for wrong in ["", "\n\n", "a,b,a\n1,2,3", "\"a,b\n"] {
            let mut source = wrong.as_bytes();
            assert!(Rows::new(&mut source).expect("reads").is_err(), "{wrong}");
        }
    }
}
