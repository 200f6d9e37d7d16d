//! Node binding: convert, call one function, convert back.
//!
//! What is asked for arrives checked: the TypeScript API looks at every argument first. Answers go
//! back as plain objects and typed arrays. Work that may take long runs on libuv's threads, with a
//! [`progress::NativeProgress`] to watch and to stop it. An error is a JavaScript `Error` with a
//! stable `code` and, where there is one, the place (`offset`, or `line` and `column`).

mod crushtool;
mod edit;
mod error;
mod explain;
mod map;
mod map_data;
mod object_hash;
mod place;
mod progress;
mod reweights;
mod what_if;
