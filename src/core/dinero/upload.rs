//! A file as multipart/form-data (RFC 7578), with the one part that Dinero takes.

use crate::core::wire::Body;

/// Largest file that Dinero takes: 6 MB (reference 2.6); that these are binary ones is inferred.
pub const LARGEST: u64 = 6 * 1024 * 1024;

/// What is said of a file that Dinero would refuse; it may be sent all the same.
pub fn too_large(length: u64) -> Option<String> {
    (length > LARGEST).then(|| "over 6 MB: Dinero answers 413 or 400".to_owned())
}

/// The name of the part that clients which work use.
pub const PART: &str = "file";

/// A file that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its name, without folders.
    pub name: String,
    /// What is in it.
    pub bytes: Body,
}

/// What the beginning or the name of a file says that it is.
pub fn media_type(name: &str, bytes: &[u8]) -> &'static str {
    const BEGINNINGS: [(&[u8], &str); 5] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"II*\0", "image/tiff"),
    ];
    const ENDINGS: [(&str, &str); 6] = [
        ("pdf", "application/pdf"),
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("gif", "image/gif"),
        ("tiff", "image/tiff"),
    ];
    let by_beginning = BEGINNINGS
        .iter()
        .find(|(start, _)| bytes.starts_with(start));
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    let by_ending = ENDINGS
        .iter()
        .find(|(known, _)| Some(*known) == ending.as_deref());
    by_beginning
        .map(|(_, kind)| *kind)
        .or_else(|| by_ending.map(|(_, kind)| *kind))
        .unwrap_or("application/octet-stream")
}

impl Upload {
    /// The body, and its content type. `boundary` must not stand in the file; 128 random bits do not.
    pub fn multipart(&self, boundary: &str) -> (Body, String) {
        let kind = media_type(&self.name, &self.bytes.0);
        // As browsers write it (WHATWG HTML 4.10.21.8).
        let name: String = self
            .name
            .replace('"', "%22")
            .replace('\r', "%0D")
            .replace('\n', "%0A");
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{PART}\"; filename=\"{name}\"\r\n\
             Content-Type: {kind}\r\n\r\n"
        );
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.bytes.0);
        bytes.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        (
            Body::new(bytes),
            format!("multipart/form-data; boundary={boundary}"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_one_part_whatever_its_name() {
        let upload = Upload {
            name: "kvittering \"æ\"\r\n.pdf".to_owned(),
            bytes: Body::new(b"%PDF-1.4\0\r\n".as_slice()),
        };
        let (body, kind) = upload.multipart("b0");
        assert_eq!(kind, "multipart/form-data; boundary=b0");
        let expected = "--b0\r\nContent-Disposition: form-data; name=\"file\"; \
                        filename=\"kvittering %22æ%22%0D%0A.pdf\"\r\nContent-Type: application/pdf\r\n\r\n\
                        %PDF-1.4\0\r\n\r\n--b0--\r\n";
        assert_eq!(body.0.as_ref(), expected.as_bytes());
    }

    #[test]
    fn what_a_file_is_shows_its_beginning_before_its_name() {
        assert_eq!(media_type("a.png", b"%PDF-1"), "application/pdf");
        assert_eq!(media_type("a.JPG", b""), "image/jpeg");
        assert_eq!(media_type("a", b"text"), "application/octet-stream");
    }
}
