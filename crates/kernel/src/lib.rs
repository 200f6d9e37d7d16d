//! Bit-exact CRUSH placement of many inputs side by side.
