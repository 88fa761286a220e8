//! Plan, site and tissue files: TOML in, checked values or located errors out.
//!
//! A file is read in three passes. The text is parsed to a document that knows every value's
//! place; the document is compared with the same schema that editors get, which finds unknown
//! and missing keys, wrong kinds and numbers outside their range, all of them in one go; what
//! passes is handed to the constructors, which alone can make a plan and know the rules between
//! fields.

mod error;
mod format;
mod nearest;
mod other;
mod presets;
mod read;
mod rules_format;
mod schema;
mod site_format;
mod source;
mod tissue_format;
mod tissues;
mod walk;
mod words;

pub use error::{FileError, FileErrors};
pub use nearest::nearest;
pub use other::TomlFile;
pub use presets::{example_site, preset, presets};
pub use read::{FILE_BYTES_MAX, parse_plan, parse_site, plan_toml, read_plan, read_site};
pub use schema::{plan_schema, schema_of, site_schema, tissue_schema};
pub use source::printable;
pub use tissues::{parse_tissue, read_tissue, tissue, tissues};
