//! TOML files of other crates, read the same way: every error with its place and its mend.

use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::read::{broken, document, shape, text_of};
use super::source::Source;
use super::{FileErrors, schema};
use crate::Violation;

/// The text of a TOML file, under the name that errors give it.
#[derive(Debug, Clone)]
pub struct TomlFile {
    name: String,
    text: String,
}

impl TomlFile {
    /// A text; `name` stands for the file in errors.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_string(), text: text.to_string() }
    }

    /// The file at `path`.
    ///
    /// # Errors
    /// [`FileErrors`] where it cannot be read, is too large or no text.
    pub fn read(path: &Path) -> Result<Self, FileErrors> {
        let name = path.display().to_string();
        let text = text_of(path, &name)?;
        Ok(Self { name, text })
    }

    /// The file in its type, once the type's schema has nothing against it.
    ///
    /// # Errors
    /// [`FileErrors`] lists everything wrong with it, with places.
    pub fn shape<T: DeserializeOwned + JsonSchema>(&self) -> Result<T, FileErrors> {
        let source = self.source();
        shape(source, &schema::of::<T>(), &document(source)?)
    }

    /// What is wrong between the fields of a file whose shape is good, at their places.
    #[must_use]
    pub fn refuse<T: JsonSchema>(&self, violations: Vec<Violation>) -> FileErrors {
        let source = self.source();
        match document(source) {
            Ok(document) => broken(source, &schema::of::<T>(), &document, violations),
            Err(errors) => errors,
        }
    }

    fn source(&self) -> Source<'_> {
        Source { name: &self.name, text: &self.text }
    }
}
