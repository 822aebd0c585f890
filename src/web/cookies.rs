//! The cookies of a request, and the language one of them asks for.

use axum::http::{HeaderMap, header};
use cookie::Cookie;

use crate::messages::Lang;

/// The language that the cookie asks for; Vietnamese when it asks for none.
pub fn language(headers: &HeaderMap) -> Lang {
    match cookie(headers, "lang") {
        Some("en") => Lang::En,
        _ => Lang::Vi,
    }
}

/// `light` or `dark`, where the reader chose one.
pub fn theme(headers: &HeaderMap) -> Option<&'static str> {
    match cookie(headers, "giaodien") {
        Some("sang") => Some("light"),
        Some("toi") => Some("dark"),
        _ => None,
    }
}

/// The value of one cookie of the request.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let texts = headers.get_all(header::COOKIE).iter();
    texts
        .filter_map(|text| text.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        // Taken as it was sent: our values hold no character that needs escaping, and unescaping
        // somebody else's could fail.
        .and_then(|cookie| cookie.value_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "xlang=vi; lang=en".parse().unwrap());
        assert_eq!(language(&headers), Lang::En);
    }
}
