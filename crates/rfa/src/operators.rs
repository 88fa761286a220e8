//! Who may arm: a small file of operators with memory-hard PIN hashes (hazards.md decision 7).

use crate::exit::Stop;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use rfa_session::{OperatorName, PIN_LEN_MAX, PIN_LEN_MIN, is_pin};
use serde::{Deserialize, Serialize};
use std::io::{IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Operators in one file at most.
const OPERATORS_MAX: usize = 100;
/// Largest operator file read.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// The demonstration's operator; it exists in no file.
pub(crate) const DEMO_OPERATOR: &str = "demo";
/// Its PIN, told on screen.
pub(crate) const DEMO_PIN: &str = "2468";

/// The operators who may sign in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operators {
    operator: Vec<Operator>,
}

/// One operator.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Operator {
    name: String,
    /// PHC string; the hash is Argon2id with the crate's default cost (19 MiB, 2 passes), which
    /// is OWASP's recommendation.
    pin_hash: String,
}

impl Operators {
    /// The demonstration's own operator.
    pub(crate) fn demo() -> Result<Self, Stop> {
        Ok(Self { operator: vec![Operator::new(DEMO_OPERATOR, DEMO_PIN)?] })
    }

    /// Reads the file, or creates it with a first operator when there is none.
    pub(crate) fn open_or_create(path: &Path) -> Result<Self, Stop> {
        if !path.exists() {
            return Self::first_run(path);
        }
        let bytes = std::fs::metadata(path).map_err(|e| unreadable(path, &e))?.len();
        if bytes > FILE_BYTES_MAX {
            return Err(Stop::usage(format!(
                "{}: {bytes} bytes; an operator file has at most {FILE_BYTES_MAX}",
                path.display()
            )));
        }
        let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
        let operators: Self = toml::from_str(&text)
            .map_err(|e| Stop::usage(format!("{}: {}", path.display(), e.to_string().trim())))?;
        operators.check(path)?;
        Ok(operators)
    }

    /// The names, for the sign-in dialog.
    pub(crate) fn names(&self) -> Vec<String> {
        self.operator.iter().map(|o| o.name.clone()).collect()
    }

    /// The operator, if the PIN is theirs.
    pub(crate) fn verify(&self, name: &str, pin: &str) -> Option<OperatorName> {
        let operator = self.operator.iter().find(|o| o.name == name)?;
        let hash = PasswordHash::new(&operator.pin_hash).ok()?;
        Argon2::default().verify_password(pin.as_bytes(), &hash).ok()?;
        OperatorName::new(name)
    }

    fn check(&self, path: &Path) -> Result<(), Stop> {
        let at = path.display();
        if self.operator.is_empty() || self.operator.len() > OPERATORS_MAX {
            return Err(Stop::usage(format!(
                "{at}: {} operators; 1 to {OPERATORS_MAX} are allowed. Add an [[operator]] table, \
                 or remove the file to start anew",
                self.operator.len()
            )));
        }
        for operator in &self.operator {
            if OperatorName::new(&operator.name).is_none() {
                return Err(Stop::usage(format!(
                    "{at}: operator.name {:?}: 1 to 16 printable ASCII characters without spaces",
                    operator.name
                )));
            }
            if PasswordHash::new(&operator.pin_hash).is_err() {
                return Err(Stop::usage(format!(
                    "{at}: operator.pin_hash of {}: not an Argon2 hash. Remove the entry and add \
                     the operator again",
                    operator.name
                )));
            }
        }
        Ok(())
    }

    fn first_run(path: &Path) -> Result<Self, Stop> {
        if !std::io::stdin().is_terminal() {
            return Err(Stop::usage(format!(
                "{}: no operator file. Run `rfa run` once at a terminal to create the first \
                 operator",
                path.display()
            )));
        }
        eprintln!("No operator file yet: {}", path.display());
        eprintln!(
            "The first operator is created now. Arming needs their PIN; stopping never does."
        );
        let name = prompt("Name (1 to 16 characters, no spaces): ")?;
        let pin = ask_pin(&format!(
            "PIN ({PIN_LEN_MIN} to {PIN_LEN_MAX} ASCII characters, no spaces): "
        ))?;
        if ask_pin("The same PIN again: ")? != pin {
            return Err(Stop::usage("the two PINs differ; nothing was written"));
        }
        let operators = Self { operator: vec![Operator::new(&name, &pin)?] };
        operators.check(path)?;
        operators.write(path)?;
        Ok(operators)
    }

    fn write(&self, path: &Path) -> Result<(), Stop> {
        let text = toml::to_string(self).map_err(|e| Stop::failure(e.to_string()))?;
        let unwritable = |e: std::io::Error| Stop::failure(format!("{}: {e}", path.display()));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(unwritable)?;
        }
        // Hashes are for the owner's eyes only, from the first byte on.
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(unwritable)?;
        file.write_all(text.as_bytes()).map_err(unwritable)
    }
}

impl Operator {
    fn new(name: &str, pin: &str) -> Result<Self, Stop> {
        if !is_pin(pin) {
            // Its characters are not told: a terminal is read over shoulders and kept in logs.
            return Err(Stop::usage(format!(
                "PIN of {} characters: it has to be {PIN_LEN_MIN} to {PIN_LEN_MAX} ASCII letters, \
                 digits or signs without spaces, as the console's sign-in takes no other. Nothing \
                 was written; run `rfa run` again with another PIN",
                pin.chars().count()
            )));
        }
        let hash = Argon2::default()
            .hash_password(pin.as_bytes())
            .map_err(|e| Stop::failure(format!("PIN cannot be hashed: {e}")))?;
        Ok(Self { name: name.to_owned(), pin_hash: hash.to_string() })
    }
}

/// Where the operator file is when the site does not say: `$XDG_CONFIG_HOME/rfa/operators.toml`.
pub(crate) fn default_path() -> Result<PathBuf, Stop> {
    let base = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")))
        .ok_or_else(|| {
            Stop::usage("neither XDG_CONFIG_HOME nor HOME is set; give --operators FILE")
        })?;
    Ok(base.join("rfa").join("operators.toml"))
}

fn prompt(text: &str) -> Result<String, Stop> {
    eprint!("{text}");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|e| Stop::failure(e.to_string()))?;
    Ok(line.trim().to_owned())
}

fn ask_pin(text: &str) -> Result<String, Stop> {
    rpassword::prompt_password(text).map_err(|e| Stop::failure(e.to_string()))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::usage(format!("{}: cannot be read: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_pin_signs_in() {
        let operators = Operators::demo().expect("hashes");
        assert!(operators.verify(DEMO_OPERATOR, DEMO_PIN).is_some());
        assert!(operators.verify(DEMO_OPERATOR, "2469").is_none());
        assert!(operators.verify("somebody", DEMO_PIN).is_none());
    }

    /// What is taken here is what the sign-in dialog can type: nobody is locked out by their PIN.
    #[test]
    fn only_a_pin_that_can_be_typed_is_taken() {
        for pin in ["2468", "abcdefgh12345678", "!?#~"] {
            assert!(Operator::new("ab", pin).is_ok(), "{pin}");
        }
        for pin in ["", "246", "abcdefgh123456789", "two words", "päss", "24\t68"] {
            let stop = Operator::new("ab", pin).expect_err("must refuse");
            assert_eq!(stop.exit, Exit::Usage);
            let said = &stop.message;
            assert!(said.contains("4 to 16 ASCII") && said.contains("spaces"), "{said}");
            assert!(pin.is_empty() || !said.contains(pin), "told the PIN: {said}");
        }
    }

    #[test]
    fn a_file_goes_out_and_comes_back_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("rfa/operators.toml");
        Operators::demo().expect("hashes").write(&path).expect("writes");
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let back = Operators::open_or_create(&path).expect("reads");
        assert!(back.verify(DEMO_OPERATOR, DEMO_PIN).is_some());
    }

    #[test]
    fn bad_files_say_where_and_what() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("operators.toml");
        for (text, expected) in [
            ("", "missing field `operator`"),
            ("operator = []", "0 operators; 1 to 100"),
            ("[[operator]]\nname = \"a b\"\npin_hash = \"x\"", "operator.name \"a b\""),
            ("[[operator]]\nname = \"ab\"\npin_hash = \"x\"", "operator.pin_hash of ab"),
            ("[[operator]]\nname = \"ab\"\npin = \"1\"", "unknown field `pin`"),
        ] {
            std::fs::write(&path, text).expect("writes");
            let stop = Operators::open_or_create(&path).expect_err("must refuse");
            assert_eq!(stop.exit, Exit::Usage);
            assert!(stop.message.contains(expected), "{}", stop.message);
        }
    }

    use crate::exit::Exit;
}
