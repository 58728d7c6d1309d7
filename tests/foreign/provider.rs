//! `oidc-provider` from npm, a certified OpenID provider, with Visma Connect's paths; and profiles for it.
//!
//! Its packages are installed under `target/`, so that the tree stays as it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// The secret that `provider.mjs` gives to each of its clients.
pub(crate) const SECRET: &str = "a secret+that: only/tests%know";

/// The clients of `provider.mjs`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Client {
    /// May leave PKCE out, and does.
    Plain,
    /// Must use PKCE.
    Pkce,
    /// Shows its secret by the Basic scheme.
    Basic,
    /// Gets opaque access tokens, for userinfo.
    Identity,
    /// Gets an id_token beside its code, and no code alone.
    Hybrid,
}

impl Client {
    /// Its id.
    pub(crate) fn id(self) -> &'static str {
        self.facts()[0]
    }

    /// Its id, whether it uses PKCE, how it shows its secret.
    fn facts(self) -> [&'static str; 3] {
        match self {
            Self::Plain => ["isv_plain", "off", "post"],
            Self::Pkce => ["isv_pkce", "S256", "post"],
            Self::Basic => ["isv_basic", "off", "basic"],
            Self::Identity => ["isv_identity", "off", "post"],
            Self::Hybrid => ["isv_hybrid", "S256", "post"],
        }
    }
}

/// A running provider.
pub(crate) struct Provider {
    child: Child,
    origin: String,
}

/// A profile in a folder of its own.
pub(crate) struct ProfileFile {
    /// The file's stem.
    pub(crate) name: String,
    /// The folder; removed with this value.
    pub(crate) folder: TempDir,
}

impl Provider {
    /// Start it, and wait until it listens.
    pub(crate) fn start() -> Self {
        let mut child = Command::new("node")
            .arg("provider.mjs")
            .current_dir(installed())
            // It ends when this pipe is closed.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("`node` could not be started: {error}; install Node.js 20 or later")
            });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("provider.mjs printed no JSON ({error}): {line:?}"));
        assert_eq!(told["client_secret"], SECRET);
        let origin = told["origin"].as_str().unwrap().to_owned();
        Self { child, origin }
    }

    /// A profile of one of its clients; any port is taken for the callback.
    pub(crate) fn profile(
        &self,
        client: Client,
        response_mode: &str,
        further_scope: &str,
    ) -> ProfileFile {
        let [id, pkce, authentication] = client.facts();
        let origin = &self.origin;
        let mut scopes = vec![
            "dineropublicapi:read",
            "dineropublicapi:write",
            "offline_access",
        ];
        scopes.extend(further_scope.split_whitespace());
        // The provider drops `offline_access` unless consent is asked for (OpenID Connect Core 11).
        let text = format!(
            r#"
client_id = "{id}"
client_secret = {{ env = "DINEROSCOPE_TEST_SECRET" }}
redirect_uri = "http://localhost:0/callback"
scopes = {scopes:?}

[provider]
issuer = "{origin}"
authorize_url = "{origin}/connect/authorize"
token_url = "{origin}/connect/token"
userinfo_url = "{origin}/connect/userinfo"
revocation_url = "{origin}/connect/revocation"
introspection_url = "{origin}/connect/introspect"
environment = "Test"

[authorize]
response_mode = "{response_mode}"
pkce = "{pkce}"
ui_locales = "da-DK"
extra = {{ prompt = "consent" }}

[exchange]
client_authentication = "{authentication}"

[api]
base_url = "{origin}"
"#
        );
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("foreign.toml"), text).unwrap();
        ProfileFile {
            name: "foreign".to_owned(),
            folder,
        }
    }
}

impl ProfileFile {
    /// The same, with its grants kept in files.
    pub(crate) fn keeping_in_files(self) -> Self {
        self.change("scopes = ", "keep_tokens = \"file\"\nscopes = ");
        self
    }

    /// Writes something else in the place of what stands there.
    pub(crate) fn change(&self, old: &str, new: &str) {
        let path = self.folder.path().join("foreign.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{text}");
        fs::write(&path, text.replacen(old, new, 1)).unwrap();
    }
}

impl Provider {
    /// A form posted to its token endpoint by somebody else, as that client by the Basic scheme if it is
    /// named: the answer, head and body.
    pub(crate) fn post_by_hand(&self, pairs: &[(&str, &str)], basic: Option<&str>) -> String {
        let encoded =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let header = basic.map_or_else(String::new, |id| {
            let pair = format!("{}:{}", encoded(id), encoded(SECRET));
            format!("Authorization: Basic {}\r\n", STANDARD.encode(pair))
        });
        let host = self.origin.strip_prefix("http://").unwrap();
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "POST /connect/token HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{header}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The folder with the scripts and their packages, installed once per test run.
pub(crate) fn installed() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop");
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
        fs::create_dir_all(&folder).unwrap();
        let lock = "package-lock.json";
        let done = folder.join("node_modules/installed");
        let fresh = fs::read(scripts.join(lock)).unwrap() == fs::read(&done).unwrap_or_default();
        for entry in fs::read_dir(&scripts).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
            }
        }
        if !fresh {
            install(&folder);
            fs::copy(folder.join(lock), done).unwrap();
        }
        folder
    })
}

/// `npm ci`: exactly what the lock file says, no scripts of packages run.
fn install(folder: &Path) {
    let status = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .status()
        .unwrap_or_else(|error| panic!("`npm` could not be started: {error}; install npm"));
    assert!(
        status.success(),
        "`npm ci` in {} failed: {status}",
        folder.display()
    );
}
