//! Network addresses (`entity_addr_t`, `entity_addrvec_t`).

use crushlab_wire::{Reader, WireError, Writer};

use super::parts::{Read, read_frame, read_list, write_frame, write_list};
use crate::model::{Address, AddressForm, Addresses, Frame};

/// First byte of each form.
const LEGACY: u8 = 0;
const SINGLE: u8 = 1;
const LIST: u8 = 2;

/// Bytes that an address takes at least: the empty list.
pub(super) const ADDRESS_BYTES: usize = 5;

/// A legacy address is one protocol's only.
const KIND_LEGACY: u32 = 1;
const LEGACY_SOCKET_BYTES: usize = 128;
/// Version of an address's frame.
const VERSION: u8 = 1;

pub(super) fn read_addresses(reader: &mut Reader<'_>, field: &str) -> Read<Addresses> {
    let at = reader.offset();
    let (form, list) = match reader.u8(field)? {
        LEGACY => (AddressForm::Legacy, vec![read_legacy(reader, field)?]),
        SINGLE => (AddressForm::Single, vec![read_single(reader, field)?]),
        LIST => {
            let list = read_list(reader, 1, field, |reader| {
                let at = reader.offset();
                match reader.u8("form")? {
                    SINGLE => read_single(reader, "address"),
                    other => Err(WireError::new(at, "form", format!("{other}: expected 1"))),
                }
            })?;
            (AddressForm::List, list)
        }
        other => {
            let problem = format!("form {other}: expected 0, 1 or 2");
            return Err(WireError::new(at, field, problem));
        }
    };
    Ok(Addresses { form, list })
}

fn read_legacy(reader: &mut Reader<'_>, field: &str) -> Read<Address> {
    reader.bytes(3, field)?;
    let nonce = reader.u32(field)?;
    let socket = reader.bytes(LEGACY_SOCKET_BYTES, field)?.to_vec();
    Ok(Address { kind: KIND_LEGACY, nonce, socket, tail: Vec::new() })
}

fn read_single(reader: &mut Reader<'_>, field: &str) -> Read<Address> {
    let (mut address, frame) = read_frame(reader, VERSION, field, |reader, _| {
        let kind = reader.u32("type")?;
        let nonce = reader.u32("nonce")?;
        let length = reader.count(1, "socket")?;
        let socket = reader.bytes(length, "socket")?.to_vec();
        Ok(Address { kind, nonce, socket, tail: Vec::new() })
    })?;
    address.tail = frame.tail;
    Ok(address)
}

pub(super) fn write_addresses(writer: &mut Writer, addresses: &Addresses) {
    match addresses.form {
        AddressForm::List => {
            writer.u8(LIST);
            write_list(writer, &addresses.list, |writer, address| {
                writer.u8(SINGLE);
                write_single(writer, address);
            });
        }
        AddressForm::Single => {
            writer.u8(SINGLE);
            write_single(writer, addresses.list.first().unwrap_or(&Address::default()));
        }
        AddressForm::Legacy => {
            let none = Address::default();
            let address = addresses.list.first().unwrap_or(&none);
            writer.u32(u32::from(LEGACY));
            writer.u32(address.nonce);
            let mut socket = address.socket.clone();
            socket.resize(LEGACY_SOCKET_BYTES, 0);
            writer.bytes(&socket);
        }
    }
}

fn write_single(writer: &mut Writer, address: &Address) {
    let frame = Frame { version: VERSION, compat: VERSION, tail: address.tail.clone() };
    write_frame(writer, &frame, |writer| {
        writer.u32(address.kind);
        writer.u32(address.nonce);
        writer.count(address.socket.len());
        writer.bytes(&address.socket);
    });
}
