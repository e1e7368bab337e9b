//! Values in the form in which PostgreSQL sends them to programs, and rows that it sends as one value:
//! an array of records (`array_send`, `record_send`; its documentation tells no more than that there
//! is such a form). Neither side writes or reads text for it, as it would for JSON.

use std::{ops::Range, sync::Arc};

use bytes::Buf;
use chrono::{DateTime, NaiveDate, TimeDelta};
use sea_orm::{ColumnType, Value};
use uuid::Uuid;

/// A row: where its values stand among the bytes that came.
pub(crate) struct Packed {
    bytes: Arc<[u8]>,
    values: Vec<Option<Range<usize>>>,
}

/// From the beginning of 1970 to that of 2000, with which PostgreSQL begins to count.
const EPOCH: TimeDelta = TimeDelta::days(10_957);
/// What a value of `jsonb` begins with: its version. No text of JSON does.
const JSONB: u8 = 1;

/// What came is no such array.
#[derive(Debug)]
pub(super) struct Broken;

/// The rows in `bytes`.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Packed>, Broken> {
    rows_at(&Arc::from(bytes), 0..bytes.len())
}

fn rows_at(all: &Arc<[u8]>, array: Range<usize>) -> Result<Vec<Packed>, Broken> {
    let mut rest = Rest { of: all, at: array };
    let dimensions = rest.number()?;
    // Whether there are nulls, and of which type the elements are.
    let (_, _) = (rest.number()?, rest.number()?);
    let length = match dimensions {
        0 => 0,
        1 => {
            let (length, _first) = (rest.number()?, rest.number()?);
            length
        }
        _ => return Err(Broken),
    };
    (0..length).map(|_| row(all, rest.value()?.ok_or(Broken)?)).collect()
}

fn row(all: &Arc<[u8]>, record: Range<usize>) -> Result<Packed, Broken> {
    let mut rest = Rest { of: all, at: record };
    let columns = rest.number()?;
    let mut value = || {
        let _type = rest.number()?;
        rest.value()
    };
    let values = (0..columns).map(|_| value()).collect::<Result<_, _>>()?;
    Ok(Packed { bytes: all.clone(), values })
}

/// What is not read yet.
struct Rest<'a> {
    of: &'a [u8],
    at: Range<usize>,
}

impl Rest<'_> {
    fn take(&mut self, length: usize) -> Result<Range<usize>, Broken> {
        let end = self.at.start.checked_add(length).filter(|end| *end <= self.at.end);
        let taken = self.at.start..end.ok_or(Broken)?;
        self.at.start = taken.end;
        Ok(taken)
    }

    fn number(&mut self) -> Result<i32, Broken> {
        let place = self.take(4)?;
        (&self.of[place]).try_get_i32().map_err(|_| Broken)
    }

    /// Where the next value stands; nothing when it is null.
    fn value(&mut self) -> Result<Option<Range<usize>>, Broken> {
        match self.number()? {
            -1 => Ok(None),
            length => self.take(usize::try_from(length).map_err(|_| Broken)?).map(Some),
        }
    }
}

impl Packed {
    /// The rows that are one of its values; none when it is null.
    pub(super) fn rows(&self, place: usize) -> Result<Vec<Self>, Broken> {
        match self.values.get(place).ok_or(Broken)? {
            Some(array) => rows_at(&self.bytes, array.clone()),
            None => Ok(Vec::new()),
        }
    }

    /// The value at a place, in a column of this type; nothing when it is no such value.
    pub(super) fn value(&self, place: usize, ty: &ColumnType) -> Option<Value> {
        let place = self.values.get(place)?;
        value(place.clone().map(|place| &self.bytes[place]), ty)
    }
}

/// What PostgreSQL sends for a value in a column of this type, or for none; nothing when it is no
/// such value.
pub(super) fn value(bytes: Option<&[u8]>, ty: &ColumnType) -> Option<Value> {
    // What is there has to be a value.
    macro_rules! known {
        ($make:expr) => {
            match bytes {
                Some(bytes) => Some($make(bytes)?),
                None => None,
            }
        };
    }
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(ToOwned::to_owned);
    Some(match ty {
        ColumnType::Uuid => Value::Uuid(known!(|bytes| Uuid::from_slice(bytes).ok())),
        ColumnType::Char(_)
        | ColumnType::String(_)
        | ColumnType::Text
        | ColumnType::Enum { .. }
        | ColumnType::Custom(_) => Value::String(known!(text)),
        ColumnType::SmallInteger => Value::SmallInt(known!(|bytes| whole(bytes)?.try_into().ok())),
        ColumnType::Integer => Value::Int(known!(|bytes| whole(bytes)?.try_into().ok())),
        ColumnType::BigInteger => Value::BigInt(known!(whole)),
        ColumnType::Float | ColumnType::Double => Value::Double(known!(float)),
        ColumnType::Boolean => Value::Bool(known!(|bytes| Some(whole(bytes)? != 0))),
        ColumnType::DateTime | ColumnType::Timestamp | ColumnType::TimestampWithTimeZone => {
            let at = |bytes| {
                DateTime::UNIX_EPOCH
                    .checked_add_signed(TimeDelta::microseconds(whole(bytes)?))?
                    .checked_add_signed(EPOCH)
            };
            Value::ChronoDateTimeUtc(known!(at))
        }
        ColumnType::Date => {
            let day = |bytes| {
                let days = TimeDelta::try_days(whole(bytes)?)?;
                NaiveDate::default().checked_add_signed(days)?.checked_add_signed(EPOCH)
            };
            Value::ChronoDate(known!(day))
        }
        ColumnType::Json | ColumnType::JsonBinary => {
            let value = |bytes: &[u8]| {
                let text = bytes.strip_prefix(&[JSONB]).unwrap_or(bytes);
                serde_json::from_slice(text).ok()
            };
            Value::Json(known!(value).map(Box::new))
        }
        _ => return None,
    })
}

/// A whole number of whatever width.
fn whole(mut bytes: &[u8]) -> Option<i64> {
    match bytes.len() {
        1 | 2 | 4 | 8 => bytes.try_get_int(bytes.len()).ok(),
        _ => None,
    }
}

fn float(mut bytes: &[u8]) -> Option<f64> {
    match bytes.len() {
        4 => bytes.try_get_f32().ok().map(f64::from),
        8 => bytes.try_get_f64().ok(),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use bytes::BufMut;
    use chrono::Utc;

    use super::*;

    const RECORD: i32 = 2249;

    /// An array of records, as PostgreSQL sends it; of what type the columns are, nobody looks.
    fn sent(rows: &[&[Option<&[u8]>]]) -> Vec<u8> {
        let mut array = Vec::new();
        for number in [1, 0, RECORD, i32::try_from(rows.len()).unwrap(), 1] {
            array.put_i32(number);
        }
        let put = |to: &mut Vec<u8>, value: Option<&[u8]>| {
            to.put_i32(value.map_or(-1, |value| i32::try_from(value.len()).unwrap()));
            to.extend_from_slice(value.unwrap_or_default());
        };
        for row in rows {
            let mut record = Vec::new();
            record.put_i32(i32::try_from(row.len()).unwrap());
            for value in *row {
                record.put_i32(0);
                put(&mut record, *value);
            }
            put(&mut array, Some(&record));
        }
        array
    }

    #[test]
    fn values_are_those_that_were_sent() {
        let id = Uuid::from_u128(0x018C_1D86_7400_7B41_A132_091C_813A_638E);
        let at: DateTime<Utc> = "1999-12-31T23:59:59.999999Z".parse().unwrap();
        let inner = sent(&[&[Some(b"deep")], &[None]]);
        let values: [(Option<&[u8]>, ColumnType, Value); 14] = [
            (Some(id.as_bytes()), ColumnType::Uuid, id.into()),
            (None, ColumnType::Uuid, Value::Uuid(None)),
            (Some("año".as_bytes()), ColumnType::Text, "año".into()),
            (None, ColumnType::Text, Value::String(None)),
            (Some(&[0xFF, 0xFE]), ColumnType::SmallInteger, (-2_i16).into()),
            (Some(&[0, 0, 1, 0]), ColumnType::Integer, 256.into()),
            (Some(&[0, 0, 1, 0]), ColumnType::BigInteger, 256_i64.into()),
            (Some(&1.5_f64.to_be_bytes()), ColumnType::Double, 1.5.into()),
            (Some(&[1]), ColumnType::Boolean, true.into()),
            (Some(&(-1_i64).to_be_bytes()), ColumnType::TimestampWithTimeZone, at.into()),
            (
                Some(&366_i32.to_be_bytes()),
                ColumnType::Date,
                "2001-01-01".parse::<NaiveDate>().unwrap().into(),
            ),
            (Some(b"\x01[7]"), ColumnType::JsonBinary, serde_json::json!([7]).into()),
            (Some(b"{}"), ColumnType::Json, serde_json::json!({}).into()),
            (None, ColumnType::Json, Value::Json(None)),
        ];
        let mut row: Vec<_> = values.iter().map(|(bytes, ..)| *bytes).collect();
        row.push(Some(&inner));
        let bytes = sent(&[&row, &row]);
        let found = rows(&bytes).unwrap();
        assert_eq!(found.len(), 2);
        for row in &found {
            for (place, (_, ty, value)) in values.iter().enumerate() {
                assert_eq!(row.value(place, ty).as_ref(), Some(value), "{ty:?}");
            }
            let below = row.rows(values.len()).unwrap();
            assert_eq!(below[0].value(0, &ColumnType::Text), Some("deep".into()));
            assert_eq!(below[1].value(0, &ColumnType::Text), Some(Value::String(None)));
            assert!(row.rows(1).unwrap().is_empty());
            // What is something else is nothing, and not another value.
            let wrong = [
                (0, ColumnType::Integer),
                (2, ColumnType::Uuid),
                (4, ColumnType::Text),
                (2, ColumnType::Json),
            ];
            assert!(wrong.iter().all(|(place, ty)| row.value(*place, ty).is_none()));
            assert!(
                row.value(5, &ColumnType::Interval(None, None)).is_none() && row.rows(2).is_err()
            );
        }
        // No rows are an array without dimensions.
        assert!(rows(&[0; 12]).unwrap().is_empty());
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let bytes = sent(&[&[Some(b"a"), None], &[Some(b"b"), Some(b"c")]]);
        assert!(rows(&bytes).is_ok());
        assert!((0..bytes.len()).all(|length| rows(&bytes[..length]).is_err()));
        let much = [1, 0, RECORD, i32::MAX, 1].map(i32::to_be_bytes).concat();
        assert!(rows(&much).is_err());
    }
}
