//! Network addresses of daemons.

/// How addresses were written, so that they can be written so again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressForm {
    /// 136 bytes, as before Jewel.
    Legacy,
    /// One address with a type, as from Jewel to Mimic.
    Single,
    /// Any number of them, since Nautilus.
    #[default]
    List,
}

/// The addresses that one daemon is reached at (`entity_addrvec_t`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// How they were written.
    pub form: AddressForm,
    /// The addresses; exactly one unless `form` is [`AddressForm::List`].
    pub list: Vec<Address>,
}

/// One address (`entity_addr_t`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Kind of protocol: 0 none, 1 legacy (v1), 2 msgr2 (v2), 3 any; 4 for a range of addresses
    /// (CIDR), whose `nonce` is the length of the prefix.
    pub kind: u32,
    /// Tells processes at the same host and port from each other.
    pub nonce: u32,
    /// The socket address as Linux on x86 holds it: family (2 IPv4, 10 IPv6) in two bytes, port
    /// big-endian, and so on. Empty if there is none; 128 bytes in the legacy form.
    pub socket: Vec<u8>,
    /// What a later release put behind it, as it was read.
    pub tail: Vec<u8>,
}
