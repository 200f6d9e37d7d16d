//! Network addresses as Ceph prints them.

use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;

use crate::model::{Address, Addresses};

/// Names of [`Address::kind`] by number.
const KINDS: [&str; 5] = ["none", "v1", "v2", "any", "cidr"];

/// Families in the first two bytes of a socket address on Linux.
const IPV4: u16 = 2;
const IPV6: u16 = 10;

#[derive(Deserialize)]
pub(super) struct AddressList {
    addrvec: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    addr: String,
    nonce: u32,
}

impl AddressList {
    /// The addresses. What is no address of IPv4 or IPv6 becomes an empty one.
    pub(super) fn into_addresses(self) -> Addresses {
        let address = |entry: Entry| Address {
            kind: kind_number(&entry.kind),
            nonce: entry.nonce,
            socket: socket_bytes(&entry.addr),
            tail: Vec::new(),
        };
        Addresses { list: self.addrvec.into_iter().map(address).collect(), ..Addresses::default() }
    }
}

/// Reads `v1:127.0.0.1:6800/123`, the form of one address with its nonce. Without a kind in front
/// it is of the kind given.
pub(super) fn parse_address(text: &str, kind_left_out: &str) -> Address {
    let (kind, rest) = match text.split_once(':') {
        Some((kind, rest)) if KINDS.contains(&kind) => (kind, rest),
        _ => (kind_left_out, text),
    };
    let (socket, nonce) = rest.split_once('/').unwrap_or((rest, "0"));
    Address {
        kind: kind_number(kind),
        nonce: nonce.parse().unwrap_or_default(),
        socket: socket_bytes(socket),
        tail: Vec::new(),
    }
}

fn kind_number(name: &str) -> u32 {
    KINDS.iter().position(|kind| *kind == name).unwrap_or_default() as u32
}

fn socket_bytes(text: &str) -> Vec<u8> {
    let Ok(socket) = text.parse::<SocketAddr>() else { return Vec::new() };
    let mut bytes = Vec::new();
    match socket.ip() {
        IpAddr::V4(ip) => {
            bytes.extend(IPV4.to_le_bytes());
            bytes.extend(socket.port().to_be_bytes());
            bytes.extend(ip.octets());
            bytes.extend([0; 8]);
        }
        IpAddr::V6(ip) => {
            bytes.extend(IPV6.to_le_bytes());
            bytes.extend(socket.port().to_be_bytes());
            bytes.extend([0; 4]);
            bytes.extend(ip.octets());
            bytes.extend([0; 4]);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_those_of_linux() {
        let address = parse_address("10.0.0.2:6789/77", "v1");
        assert_eq!((address.kind, address.nonce), (1, 77));
        assert_eq!(address.socket, [2, 0, 26, 133, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
        let address = parse_address("v2:[::1]:6800/5", "any");
        assert_eq!((address.kind, address.nonce, address.socket.len()), (2, 5, 28));
        let range = parse_address("cidr:10.1.0.0:0/24", "any");
        assert_eq!((range.kind, range.nonce, range.socket.len()), (4, 24, 16));
        assert!(parse_address("-", "any").socket.is_empty());
    }
}
