//! The same handler by others: in Python and JavaScript, with their usual libraries.

use std::error::Error;
use std::fs;
use std::path::Path;

use crate::subject::Subject;

/// boto3 reads a bundle of all the world's roots, as it does everywhere; ours is one more.
pub(super) fn python(name: &'static str, tools: &Path, folder: &Path, module: &str) -> Result<Subject, Box<dyn Error>> {
    let tools = fs::canonicalize(tools)?;
    let text = |path: &str| tools.join(path).to_string_lossy().into_owned();
    let bundle = folder.join("bundle.pem");
    let roots = fs::read_to_string(tools.join("cacert.pem"))? + &fs::read_to_string(folder.join("root.pem"))?;
    fs::write(&bundle, roots)?;
    let bundle = bundle.to_string_lossy().into_owned();
    let program =
        vec![text("venv/bin/python"), "-m".to_owned(), "awslambdaric".to_owned(), format!("{module}.handler")];
    let environment =
        vec![("AWS_CA_BUNDLE", bundle.clone()), ("SSL_CERT_FILE", bundle), ("PYTHONPATH", text("handlers"))];
    Ok(Subject::peer(name, program, environment))
}

/// Node has its roots built in, as ours has; the root is one more.
pub(super) fn node(tools: &Path, folder: &Path) -> Result<Subject, Box<dyn Error>> {
    let tools = fs::canonicalize(tools)?;
    let text = |path: &str| tools.join(path).to_string_lossy().into_owned();
    let program = vec!["node".to_owned(), text("handlers/runtime.mjs"), text("handlers/auto_start.cjs")];
    let root = folder.join("root.pem").to_string_lossy().into_owned();
    Ok(Subject::peer("node", program, vec![("NODE_EXTRA_CA_CERTS", root)]))
}
