//! Keys that `minisign -G -W` made, for feeds that tests sign.

/// The file of a secret key, and its public key.
pub const KEY: (&str, &str) = (
    "untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAhXuFp26pKuTuKFecc/M4SOGGowMIEzitCQ8CNmuJv+m+mAaNXUus/zslRedi3eHbH+FA5xPFZOueB1P4v1NqHh3GwtH2N9ysAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
",
    "RWSFe4Wnbqkq5DslRedi3eHbH+FA5xPFZOueB1P4v1NqHh3GwtH2N9ys",
);

/// Another pair of the same kind.
pub const OTHER_KEY: (&str, &str) = (
    "untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAHsiDM2JtpIBVQdNnS+xdKq/g0beu0Ds9wnrdEntiR0xYxjtlj7jh+o6ihFbKqOnDN7i/zwd/F5Hag2pinwRvKTaKiAyFkbK6AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
",
    "RWQeyIMzYm2kgI6ihFbKqOnDN7i/zwd/F5Hag2pinwRvKTaKiAyFkbK6",
);
