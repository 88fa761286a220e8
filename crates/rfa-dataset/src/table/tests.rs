//! What is written is what a reader of the crate finds.

use super::*;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

struct Row {
    number: Option<f64>,
    word: Option<&'static str>,
}

fn columns() -> Vec<Column<Row>> {
    vec![
        Column::new("number", Get::Double(|row: &Row| row.number), ""),
        Column::new("word", Get::Text(|row| row.word), ""),
        Column::new("flag", Get::Flag(|row| row.number.map(|number| number > 1.0)), ""),
        Column::new("when", Get::Time(|_| Some(1_000_001)), ""),
        Column::new("count", Get::Int(|row| row.word.map(|word| word.len() as i64)), ""),
    ]
}

fn written(rows: Vec<Row>, rows_max: usize) -> SerializedFileReader<File> {
    let file = tempfile::tempfile().expect("a file");
    let again = file.try_clone().expect("the same file");
    let said = [("rfa.test", "said".to_owned())];
    let mut table = TableWriter::new(file, "test", columns(), &said).expect("begins");
    table.rows_max = rows_max;
    for row in rows {
        table.push(row).expect("takes");
        assert!(table.rows.len() < rows_max, "no more are held");
    }
    table.say("rfa.more", "later".to_owned());
    table.finish().expect("ends");
    SerializedFileReader::new(again).expect("reads")
}

#[test]
fn values_and_nulls_come_back() {
    let rows = [(Some(1.5), Some("a")), (None, Some("")), (Some(-0.001), None), (None, None)];
    let of = || rows.map(|(number, word)| Row { number, word }).into();
    for (rows_max, groups) in [(100, 1), (2, 2), (3, 2), (1, 4)] {
        let reader = written(of(), rows_max);
        assert_eq!(reader.num_row_groups(), groups, "row groups are bounded");
        let found: Vec<Vec<Field>> = reader
            .get_row_iter(None)
            .expect("rows")
            .map(|row| row.expect("a row").get_column_iter().map(|(_, f)| f.clone()).collect())
            .collect();
        assert_eq!(found.len(), rows.len());
        for (found, (number, word)) in found.iter().zip(rows) {
            let or_null = |field: Option<Field>| field.unwrap_or(Field::Null);
            let expected = [
                or_null(number.map(Field::Double)),
                or_null(word.map(|word| Field::Str(word.to_owned()))),
                or_null(number.map(|number| Field::Bool(number > 1.0))),
                Field::TimestampMicros(1_000_001),
                or_null(word.map(|word| Field::Long(word.len() as i64))),
            ];
            assert_eq!(found.as_slice(), expected);
        }
    }
}

#[test]
fn a_file_without_rows_is_a_table_and_says_what_it_is() {
    let reader = written(Vec::new(), 10);
    let metadata = reader.metadata().file_metadata();
    assert_eq!((metadata.num_rows(), metadata.schema().get_fields().len()), (0, 5));
    let said = metadata.key_value_metadata().expect("said");
    let said: Vec<_> = said.iter().map(|of| (of.key.as_str(), of.value.as_deref())).collect();
    for of in [("rfa.test", Some("said")), ("rfa.more", Some("later"))] {
        assert!(said.contains(&of), "{said:?}");
    }
}
