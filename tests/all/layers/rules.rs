//! The rules of the house as tables: layers and what they may name, sizes, names at the top.
//!
//! Apart from the checks, so that a rule is read and changed in one place.

/// A layer: where it stands, what it may not name.
pub(super) struct Layer {
    /// The module, as a path prefix.
    pub(super) module: &'static str,
    /// Other layers of this program that it may name; itself is a matter of course.
    pub(super) knows: &'static [&'static str],
    /// Paths of crates that it may not name.
    pub(super) forbidden: &'static [&'static str],
}

const FACES: &[&str] = &["ratatui", "ratatui_textarea", "crossterm", "clap"];
const NETWORK: &[&str] = &["reqwest", "axum", "tower", "rustls", "tokio_rustls"];
const SOCKETS: &[&str] = &[
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
    "std::os::unix::net",
    "tokio::net",
];

pub(super) const LAYERS: &[Layer] = &[
    Layer {
        module: "crate::core",
        knows: &[],
        // Crates are a list of those allowed, see `CORE_CRATES`.
        forbidden: &[
            "std::fs",
            "std::env",
            "std::process",
            "std::thread",
            "std::thread_local",
            "std::io::stdin",
            "std::io::stdout",
            "std::io::stderr",
            "std::net::TcpStream",
            "std::net::TcpListener",
            "std::net::UdpSocket",
            "std::net::ToSocketAddrs",
            "std::os",
            "std::time::SystemTime",
            "std::time::Instant",
            "std::collections::hash_map::RandomState",
            "jiff::Timestamp::now",
            "jiff::Zoned::now",
            "jiff::tz::TimeZone::system",
            "jiff::tz::TimeZone::try_system",
            "aws_lc_rs::rand",
            "rand",
        ],
    },
    Layer {
        module: "crate::sandbox",
        knows: &["core"],
        forbidden: &[
            "reqwest",
            "rustls",
            "tokio_rustls",
            "directories",
            "webbrowser",
            "getrandom",
        ],
    },
    Layer {
        module: "crate::edge",
        knows: &["core", "sandbox"],
        forbidden: &[],
    },
    Layer {
        module: "crate::cli",
        knows: &["core", "edge"],
        forbidden: &["ratatui", "ratatui_textarea", "crossterm"],
    },
    Layer {
        module: "crate::tui",
        knows: &["core", "edge"],
        forbidden: &["clap"],
    },
    Layer {
        module: "crate::main",
        knows: &["core", "edge", "cli", "tui"],
        forbidden: &[],
    },
];

/// Further crates that whole layers may not name.
pub(super) const ALSO_FORBIDDEN: &[(&str, &[&str])] = &[
    ("crate::sandbox", FACES),
    ("crate::sandbox", SOCKETS),
    ("crate::edge", FACES),
    ("crate::cli", NETWORK),
    ("crate::tui", NETWORK),
    ("crate::main", NETWORK),
];

/// The dependencies that the core may name (design.md section 10).
pub(super) const CORE_CRATES: &[&str] = &[
    "serde",
    "serde_json",
    "toml",
    "toml_edit",
    "url",
    "percent_encoding",
    "form_urlencoded",
    "base64",
    "jiff",
    "secrecy",
    "thiserror",
    "similar",
    "jsonwebtoken",
    "aws_lc_rs",
    "nucleo_matcher",
    "bytes",
    "encoding_rs",
    "memchr",
    "regex",
    "wide",
    "jaq_core",
    "jaq_std",
    "jaq_json",
];

/// Reading order is dependency order: a module of the core names only those before it.
pub(super) const CORE_ORDER: &[&str] = &[
    "nearest", "settings", "secret", "wire", "reader", "profile", "token", "oauth", "dinero",
    "fault", "diagnose", "export", "history", "explain", "engine",
];

/// The door to the network: the only files that may name the HTTP client.
pub(super) const NETWORK_DOOR: &str = "crate::edge::http";

/// What a `static` of the core may not hold.
pub(super) const CHANGING: &[&str] = &[
    "Mutex",
    "RwLock",
    "Cell",
    "RefCell",
    "UnsafeCell",
    "OnceCell",
    "OnceLock",
];

/// Macros that have no place in what is shipped.
pub(super) const BANNED_MACROS: &[&str] = &[
    "todo",
    "unimplemented",
    "dbg",
    "println",
    "eprintln",
    "print",
    "eprint",
];

/// Lines at which a file should be cut in two, and at which it must be.
pub(super) const LONG: usize = 400;
pub(super) const TOO_LONG: usize = 500;

/// Files that are tables and may be as long as what they list.
pub(super) const DATA_TABLES: &[&str] = &["src/core/diagnose/rules.rs", "src/tui/keymap/table.rs"];

/// Everything that may stand at the top of the repository.
pub(super) const TOP_LEVEL: &[&str] = &[
    ".ci",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "profiles",
    "src",
    "tests",
];
