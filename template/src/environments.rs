//! The files of `template/environments/`: found and read here, judged in [`shared::template::environments`].

use std::fs;
use std::path::Path;

use shared::template::environments::{EnvironmentFile, check};

/// All environments of a folder, by name, once they are known to have the same keys. No folder: none.
pub(crate) fn all(folder: &Path) -> Result<Vec<(String, EnvironmentFile)>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).map(str::to_owned);
        let Some(name) = name.filter(|_| path.extension().is_some_and(|extension| extension == "env")) else {
            continue;
        };
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let environment =
            EnvironmentFile::read(&path.display().to_string(), &text).map_err(|mistake| mistake.to_string())?;
        found.push((name, environment));
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let environments: Vec<EnvironmentFile> = found.iter().map(|(_, environment)| environment.clone()).collect();
    check(&environments).map_err(|mistake| mistake.to_string())?;
    Ok(found)
}

/// Reads the environment of this name; the error lists the names that there are.
pub(crate) fn one(folder: &Path, name: &str) -> Result<EnvironmentFile, String> {
    let all = all(folder)?;
    let known = all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let found = all.iter().find(|(one, _)| one == name).map(|(_, environment)| environment.clone());
    found.ok_or_else(|| format!("there is no {}/{name}.env; the environments are: {known}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_environments_have_the_same_keys() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("environments");
        let names: Vec<String> = all(&folder).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["prod", "staging"]);
        let error = one(&folder, "stagin").unwrap_err();
        assert!(error.ends_with("/stagin.env; the environments are: prod, staging"), "{error}");
    }
}
