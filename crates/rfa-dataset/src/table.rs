//! A Parquet file of rows, a column at a time.

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use std::fs::File;
use std::sync::Arc;

/// Rows of a row group at most: five minutes of ticks.
pub const ROWS_MAX: usize = 32_768;

/// What a column holds and how it comes out of a row.
pub(crate) enum Get<R> {
    /// DOUBLE.
    Double(fn(&R) -> Option<f64>),
    /// INT64: there are no unsigned numbers in Spark.
    Int(fn(&R) -> Option<i64>),
    /// STRING.
    Text(fn(&R) -> Option<&str>),
    /// BOOLEAN.
    Flag(fn(&R) -> Option<bool>),
    /// TIMESTAMP in microseconds, UTC.
    Time(fn(&R) -> Option<i64>),
}

impl<R> Get<R> {
    /// The type's name, as `docs/dataset.md` has it.
    pub(crate) const fn type_name(&self) -> &'static str {
        match self {
            Self::Double(_) => "double",
            Self::Int(_) => "bigint",
            Self::Text(_) => "string",
            Self::Flag(_) => "boolean",
            Self::Time(_) => "timestamp",
        }
    }
}

/// A column: always optional, so that a file without it reads like one in which it is null.
pub(crate) struct Column<R> {
    pub(crate) name: &'static str,
    pub(crate) get: Get<R>,
    /// What it is, and when it is null.
    pub(crate) meaning: &'static str,
}

impl<R> Column<R> {
    pub(crate) const fn new(name: &'static str, get: Get<R>, meaning: &'static str) -> Self {
        Self { name, get, meaning }
    }

    fn parquet_type(&self) -> Result<TypePtr> {
        let (physical, logical) = match self.get {
            Get::Double(_) => (Physical::DOUBLE, None),
            Get::Int(_) => (Physical::INT64, None),
            Get::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Get::Flag(_) => (Physical::BOOLEAN, None),
            Get::Time(_) => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        };
        let column = Type::primitive_type_builder(self.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        Ok(Arc::new(column))
    }

    fn write(&self, rows: &[R], to: &mut SerializedColumnWriter<'_>) -> Result<()> {
        match self.get {
            Get::Double(get) => column::<R, DoubleType>(rows, get, to),
            Get::Int(get) | Get::Time(get) => column::<R, Int64Type>(rows, get, to),
            Get::Flag(get) => column::<R, BoolType>(rows, get, to),
            Get::Text(get) => {
                column::<R, ByteArrayType>(rows, |row| get(row).map(ByteArray::from), to)
            }
        }
    }
}

/// The values that are there, and for each row whether one is.
fn column<R, T: DataType>(
    rows: &[R],
    get: impl Fn(&R) -> Option<T::T>,
    to: &mut SerializedColumnWriter<'_>,
) -> Result<()> {
    let mut values = Vec::with_capacity(rows.len());
    let mut levels = Vec::with_capacity(rows.len());
    for row in rows {
        let value = get(row);
        levels.push(i16::from(value.is_some()));
        values.extend(value);
    }
    to.typed::<T>().write_batch(&values, Some(&levels), None)?;
    Ok(())
}

/// Writes one file.
pub(crate) struct TableWriter<R> {
    columns: Vec<Column<R>>,
    file: SerializedFileWriter<File>,
    rows: Vec<R>,
    rows_max: usize,
}

impl<R> TableWriter<R> {
    /// Begins the file with what is said of it as a whole.
    pub(crate) fn new(
        file: File,
        table: &str,
        columns: Vec<Column<R>>,
        said: &[(&str, String)],
    ) -> Result<Self> {
        let fields = columns.iter().map(Column::parquet_type).collect::<Result<_>>()?;
        let schema = Type::group_type_builder(table).with_fields(fields).build()?;
        let said = said.iter().map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(said.collect()))
            .build();
        let file = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
        Ok(Self { columns, file, rows: Vec::new(), rows_max: ROWS_MAX })
    }

    /// One more row.
    pub(crate) fn push(&mut self, row: R) -> Result<()> {
        self.rows.push(row);
        if self.rows.len() >= self.rows_max { self.group() } else { Ok(()) }
    }

    /// Says one thing more of the file as a whole.
    pub(crate) fn say(&mut self, key: &str, value: String) {
        self.file.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
    }

    /// Ends the file. One without rows is a table too.
    pub(crate) fn finish(mut self) -> Result<()> {
        if !self.rows.is_empty() {
            self.group()?;
        }
        self.file.finish()?;
        self.file.inner().sync_data()?;
        Ok(())
    }

    fn group(&mut self) -> Result<()> {
        let mut group = self.file.next_row_group()?;
        for of in &self.columns {
            let Some(mut to) = group.next_column()? else { break };
            of.write(&self.rows, &mut to)?;
            to.close()?;
        }
        group.close()?;
        self.rows.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
