//! Drop-in crushtool.
