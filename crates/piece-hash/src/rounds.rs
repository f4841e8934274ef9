//! What the rounds of all kernels share: their constants, and the repetition that keeps every word in a register. (A
//! loop would index the schedule by a variable, and so put it in memory.)

/// Calls `round!` with 0 to 15, as literals.
macro_rules! unroll_16 {
    ($round:ident) => {
        $round!(0);
        $round!(1);
        $round!(2);
        $round!(3);
        $round!(4);
        $round!(5);
        $round!(6);
        $round!(7);
        $round!(8);
        $round!(9);
        $round!(10);
        $round!(11);
        $round!(12);
        $round!(13);
        $round!(14);
        $round!(15);
    };
}
pub(crate) use unroll_16;

/// Calls `round!` with 0 to 19, as literals.
macro_rules! unroll_20 {
    ($round:ident) => {
        $round!(0);
        $round!(1);
        $round!(2);
        $round!(3);
        $round!(4);
        $round!(5);
        $round!(6);
        $round!(7);
        $round!(8);
        $round!(9);
        $round!(10);
        $round!(11);
        $round!(12);
        $round!(13);
        $round!(14);
        $round!(15);
        $round!(16);
        $round!(17);
        $round!(18);
        $round!(19);
    };
}
pub(crate) use unroll_20;

/// Calls `round!` with 0 to 63, as literals.
macro_rules! unroll_64 {
    ($round:ident) => {
        $round!(0);
        $round!(1);
        $round!(2);
        $round!(3);
        $round!(4);
        $round!(5);
        $round!(6);
        $round!(7);
        $round!(8);
        $round!(9);
        $round!(10);
        $round!(11);
        $round!(12);
        $round!(13);
        $round!(14);
        $round!(15);
        $round!(16);
        $round!(17);
        $round!(18);
        $round!(19);
        $round!(20);
        $round!(21);
        $round!(22);
        $round!(23);
        $round!(24);
        $round!(25);
        $round!(26);
        $round!(27);
        $round!(28);
        $round!(29);
        $round!(30);
        $round!(31);
        $round!(32);
        $round!(33);
        $round!(34);
        $round!(35);
        $round!(36);
        $round!(37);
        $round!(38);
        $round!(39);
        $round!(40);
        $round!(41);
        $round!(42);
        $round!(43);
        $round!(44);
        $round!(45);
        $round!(46);
        $round!(47);
        $round!(48);
        $round!(49);
        $round!(50);
        $round!(51);
        $round!(52);
        $round!(53);
        $round!(54);
        $round!(55);
        $round!(56);
        $round!(57);
        $round!(58);
        $round!(59);
        $round!(60);
        $round!(61);
        $round!(62);
        $round!(63);
    };
}
pub(crate) use unroll_64;

/// Calls `round!` with 0 to 79, as literals.
macro_rules! unroll_80 {
    ($round:ident) => {
        $round!(0);
        $round!(1);
        $round!(2);
        $round!(3);
        $round!(4);
        $round!(5);
        $round!(6);
        $round!(7);
        $round!(8);
        $round!(9);
        $round!(10);
        $round!(11);
        $round!(12);
        $round!(13);
        $round!(14);
        $round!(15);
        $round!(16);
        $round!(17);
        $round!(18);
        $round!(19);
        $round!(20);
        $round!(21);
        $round!(22);
        $round!(23);
        $round!(24);
        $round!(25);
        $round!(26);
        $round!(27);
        $round!(28);
        $round!(29);
        $round!(30);
        $round!(31);
        $round!(32);
        $round!(33);
        $round!(34);
        $round!(35);
        $round!(36);
        $round!(37);
        $round!(38);
        $round!(39);
        $round!(40);
        $round!(41);
        $round!(42);
        $round!(43);
        $round!(44);
        $round!(45);
        $round!(46);
        $round!(47);
        $round!(48);
        $round!(49);
        $round!(50);
        $round!(51);
        $round!(52);
        $round!(53);
        $round!(54);
        $round!(55);
        $round!(56);
        $round!(57);
        $round!(58);
        $round!(59);
        $round!(60);
        $round!(61);
        $round!(62);
        $round!(63);
        $round!(64);
        $round!(65);
        $round!(66);
        $round!(67);
        $round!(68);
        $round!(69);
        $round!(70);
        $round!(71);
        $round!(72);
        $round!(73);
        $round!(74);
        $round!(75);
        $round!(76);
        $round!(77);
        $round!(78);
        $round!(79);
    };
}
pub(crate) use unroll_80;

/// Where the words a to e are in round T, if instead of each word the places move on.
pub(crate) const fn sha1_places<const T: usize>() -> [usize; 5] {
    let a = 80 - T;
    [a % 5, (a + 1) % 5, (a + 2) % 5, (a + 3) % 5, (a + 4) % 5]
}

/// Where the words a to h are in round T.
pub(crate) const fn sha256_places<const T: usize>() -> [usize; 8] {
    let a = 64 - T;
    [a % 8, (a + 1) % 8, (a + 2) % 8, (a + 3) % 8, (a + 4) % 8, (a + 5) % 8, (a + 6) % 8, (a + 7) % 8]
}

/// FIPS 180-4, 4.2.1: for twenty rounds each.
pub(crate) const SHA1_K: [u32; 4] = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6];

/// The constants of the rounds of SHA-256 (FIPS 180-4, 4.2.2).
#[rustfmt::skip]
pub(crate) const SHA256_K: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];
