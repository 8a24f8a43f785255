//! What `cargo lambda deploy` gives a function, read from the manifest that cargo-lambda reads: the one place.

use crate::contract::Function;
use crate::template::cloudformation::error::Problem;

/// `functions/Cargo.toml`, as it stood when this was built.
const MANIFEST: &str = include_str!("../../../../../functions/Cargo.toml");

/// The `deploy` section of one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::template) struct DeploySettings {
    /// The memory of a process, in MB.
    pub(in crate::template) memory: u32,
    /// Seconds until Lambda kills an invocation.
    pub(in crate::template) timeout: u32,
}

impl DeploySettings {
    /// Reads the section of a function.
    ///
    /// # Errors
    /// `DeploySettings` if the manifest's section lacks one of them, or has one that the template would not have.
    pub(in crate::template) fn of(function: Function) -> Result<Self, Problem> {
        Self::read(MANIFEST, function.name())
    }

    fn read(manifest: &str, name: &str) -> Result<Self, Problem> {
        let problem = |what: &str| Problem::DeploySettings { function: name.to_owned(), what: what.to_owned() };
        let head = format!("[package.metadata.lambda.bin.{name}.deploy]");
        let section = manifest.split_once(&head).ok_or_else(|| problem("no section"))?.1;
        let (mut memory, mut timeout) = (None, None);
        for line in section.lines().take_while(|line| !line.starts_with('[')) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.split_once('=').map(|(key, value)| (key.trim(), value.trim().parse().ok())) {
                Some(("memory", number)) => memory = number,
                Some(("timeout", number)) => timeout = number,
                Some((other, _)) => return Err(problem(other)),
                None => return Err(problem(line)),
            }
        }
        match (memory, timeout) {
            (Some(memory), Some(timeout)) => Ok(Self { memory, timeout }),
            (None, _) => Err(problem("memory")),
            (_, None) => Err(problem("timeout")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "[package.metadata.lambda.bin.f.deploy]\n";

    #[test]
    fn memory_and_timeout_are_the_manifests() {
        let manifest = format!("a = 1\n{HEAD}# why\nmemory = 256\ntimeout = 30\n\n[other]\nmemory = 1\n");
        assert_eq!(DeploySettings::read(&manifest, "f"), Ok(DeploySettings { memory: 256, timeout: 30 }));
        for function in Function::ALL {
            assert!(DeploySettings::of(function).is_ok(), "{function:?}");
        }
    }

    #[test]
    fn a_setting_that_only_cargo_lambda_would_know_is_refused_by_name() {
        for (line, named) in [("memory = 128\nlayers = [\"x\"]", "layers"), ("memory = 128", "timeout"), ("", "memory")]
        {
            let problem = DeploySettings::read(&format!("{HEAD}{line}\n"), "f").unwrap_err();
            assert!(problem.to_string().contains(named), "{problem}");
        }
    }
}
