//! The exchange of keys: Diffie-Hellman over a group of 768 bits, as MSE has it. Hardly a secret by now, but it hides what follows from who
//! does not take that trouble for every stream.

use crypto_bigint::modular::ConstMontyForm;
use crypto_bigint::{U192, U768, const_monty_params};

/// Bytes of a key, and of what both sides know then.
pub(super) const KEY: usize = 96;

const_monty_params!(
    Prime,
    U768,
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63A36210000000000090563",
    "The modulus that MSE chose."
);

/// The exponent of one side, which it keeps: 160 bits, as MSE recommends.
pub(super) struct PrivateKey(U192);

impl PrivateKey {
    pub(super) fn new(bytes: [u8; 20]) -> Self {
        let mut padded = [0; 24];
        padded[4..].copy_from_slice(&bytes);
        Self(U192::from_be_slice(&padded))
    }

    /// What the other side is to know.
    pub(super) fn public(&self) -> [u8; KEY] {
        self.power_of(&U768::from_u8(GENERATOR))
    }

    /// What both sides know, once each knows what the other says: `S`.
    pub(super) fn secret(&self, theirs: &[u8; KEY]) -> [u8; KEY] {
        self.power_of(&U768::from_be_slice(theirs))
    }

    fn power_of(&self, base: &U768) -> [u8; KEY] {
        let power: ConstMontyForm<Prime, { U768::LIMBS }> =
            ConstMontyForm::new(base).pow_bounded_exp(&self.0, EXPONENT_BITS);
        let mut bytes = [0; KEY];
        bytes.copy_from_slice(power.retrieve().to_be_bytes().as_ref());
        bytes
    }
}

const GENERATOR: u8 = 2;

const EXPONENT_BITS: u32 = 160;
