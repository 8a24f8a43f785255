//! The conventions of CONTRIBUTING.md that a compiler does not check, read from the committed files.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read is a failed test")]

mod circles;
mod columns;
mod dependencies;
mod doc_comments;
mod files;
mod local_aws;
mod pages;
mod tree;
mod type_names;
mod words;
