//! Reads what a person pastes, in whatever shape the browser or a tool showed it.

/// The encoded fields in a pasted text: an address, a query string, a form body, or a raw request.
/// Line ends that a terminal or a mail put into it are taken out.
pub fn pasted(text: &str) -> String {
    let text = text.trim().trim_matches(['"', '\'', '<', '>', '`']);
    let is_request = text.starts_with("POST ") || text.starts_with("GET ");
    let text = match text
        .split_once("\r\n\r\n")
        .or_else(|| text.split_once("\n\n"))
    {
        Some((_, body)) if is_request && !body.trim().is_empty() => body,
        _ if is_request => text.split_whitespace().nth(1).unwrap_or_default(),
        _ => text,
    };
    let joined: String = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let fields = joined
        .split_once('?')
        .map_or(joined.as_str(), |(_, query)| query);
    let fields = match fields.split_once('#') {
        Some((before, fragment)) if !before.contains('=') => fragment,
        Some((before, _)) => before,
        None => fields,
    };
    fields.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_is_read_in_every_shape() {
        let shapes = [
            "http://localhost:8765/callback?code=c&state=s",
            "  <http://localhost:8765/callback?code=c&state=s>\n",
            "http://localhost:8765/callback?code=c\n&state=s",
            "http://localhost:8765/callback#code=c&state=s",
            "http://localhost:8765/callback?code=c&state=s#_",
            "code=c&state=s",
            "?code=c&state=s",
            "GET /callback?code=c&state=s HTTP/1.1\nHost: localhost:8765\n\n",
            "POST /callback HTTP/1.1\r\nHost: localhost:8765\r\n\r\ncode=c&state=s",
        ];
        for shape in shapes {
            assert_eq!(pasted(shape), "code=c&state=s", "{shape}");
        }
    }
}
