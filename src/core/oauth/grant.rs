//! The token request (RFC 6749 4.1.3) and the tolerant reading of its answer (5.1, 5.2).

/// What was wrong with the token endpoint's answer; the raw trouble that findings explain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenTrouble {
    /// No HTTP answer; the record's outcome says why.
    NoAnswer,
    /// 3xx: redirects are shown, not followed.
    Redirected {
        /// Where to.
        location: String,
    },
    /// 429 or 5xx.
    ServerError {
        /// The status.
        status: u16,
        /// Retry-After, as it stood.
        retry_after: Option<String>,
    },
    /// An OAuth error (RFC 6749 5.2).
    Error {
        /// The status.
        status: u16,
        /// The error code.
        error: String,
        /// The server's own words, mostly absent.
        description: Option<String>,
    },
    /// 200, but no JSON object.
    NotJson(NotJson),
    /// 200, but a required member is absent.
    Incomplete {
        /// Which.
        member: &'static str,
    },
    /// Any other status without a readable error.
    Status {
        /// The status.
        status: u16,
    },
}

/// In what way a body was no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotJson {
    /// Nothing at all.
    Empty,
    /// A web page: a proxy, a login page.
    Html,
    /// JSON that ends early.
    CutOff,
    /// Over 1 MiB.
    TooLarge,
    /// Something else.
    Other,
}
