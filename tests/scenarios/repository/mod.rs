//! What the repository says of itself, read from its pages and sources.

mod citations;
mod pages;
mod rooms;
