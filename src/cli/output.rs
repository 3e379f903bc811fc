//! Writes to standard output and error without panics, and replaces files atomically through temporary files.

use super::Failure;
use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Writes a line to standard error. A failure to do so is ignored: there is nowhere left to report it.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// The width of standard output; `None` if it is no terminal.
pub fn width() -> Option<u16> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0)
}

/// Writes text to standard output. A closed pipe is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::io("cannot write to standard output", &error))
        }
        _ => Ok(()),
    }
}

/// Writes text to a file or, without one, to standard output.
pub fn deliver(text: &str, to: Option<&Path>) -> Result<(), Failure> {
    match to {
        None => print(text),
        Some(path) => replace_all(&[(path, text)]),
    }
}

/// Replaces several files. Each is replaced atomically, and none is unless all could be written. Permissions and
/// symbolic links stay.
pub fn replace_all(files: &[(&Path, &str)]) -> Result<(), Failure> {
    let mut ready = Vec::new();
    for (path, text) in files {
        let prepared = prepare(path, text).map_err(|error| unwritable(path, &error))?;
        if let Some(replacement) = prepared {
            ready.push(replacement);
        }
    }
    for (file, target) in ready {
        file.persist(&target).map_err(|error| unwritable(&target, &error.error))?;
    }
    Ok(())
}

/// Writes a new file atomically. False if the path exists already.
pub fn create(path: &Path, text: &str) -> Result<bool, Failure> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(false);
    }
    let Some((file, _)) = prepare(path, text).map_err(|error| unwritable(path, &error))? else {
        return Ok(false);
    };
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(unwritable(path, &error.error)),
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::io(&format!("cannot write {}", path.display()), error)
}

/// Writes the text to a temporary file beside the target; `None` if it was written to a device or pipe directly.
fn prepare(path: &Path, text: &str) -> std::io::Result<Option<(NamedTempFile, PathBuf)>> {
    let old = fs::metadata(path);
    if let Ok(old) = &old
        && !old.is_file()
        && !old.is_dir()
    {
        File::options().write(true).open(path)?.write_all(text.as_bytes())?;
        return Ok(None);
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".rulec-");
    if let Some(permissions) = new_file_permissions() {
        builder.permissions(permissions);
    }
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    if let Ok(old) = old {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    Ok(Some((file, target)))
}

/// The permissions of an ordinary new file, before the umask; temporary files get stricter ones.
#[cfg(unix)]
fn new_file_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn new_file_permissions() -> Option<Permissions> {
    None
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn replacing_keeps_permissions_and_links() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name| directory.path().join(name);
        fs::write(at("a"), "old").unwrap();
        fs::set_permissions(at("a"), Permissions::from_mode(0o440)).unwrap();
        symlink("a", at("link")).unwrap();
        replace_all(&[(&at("link"), "new"), (&at("b"), "b")]).unwrap();
        assert_eq!(fs::read_to_string(at("a")).unwrap(), "new");
        assert_eq!(fs::metadata(at("a")).unwrap().permissions().mode() & 0o777, 0o440);
        assert!(fs::symlink_metadata(at("link")).unwrap().is_symlink());
        assert_eq!(fs::metadata(at("b")).unwrap().permissions().mode() & 0o111, 0);
    }

    #[test]
    fn nothing_is_replaced_unless_all_can_be() {
        let directory = tempfile::tempdir().unwrap();
        let a = directory.path().join("a");
        fs::write(&a, "old").unwrap();
        assert!(replace_all(&[(&a, "new"), (&directory.path().join("no/b"), "b")]).is_err());
        assert_eq!(fs::read_to_string(&a).unwrap(), "old");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
