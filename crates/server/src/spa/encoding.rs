//! Content coding negotiation (RFC 9110 section 12.5.3).

use axum::http::{HeaderMap, header};

/// Content coding of a file, best first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Coding {
    Brotli,
    Gzip,
    Identity,
}

impl Coding {
    pub(super) const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// Returns the `offered` coding that the client prefers; among equal preferences, the smallest. Identity is always acceptable as a last resort.
pub(super) fn choose(headers: &HeaderMap, offered: impl Fn(Coding) -> bool) -> Coding {
    let wishes: Vec<(&str, u16)> = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(wish)
        .collect();
    let explicit = |name: &str| wishes.iter().find(|(wished, _)| wished.eq_ignore_ascii_case(name)).map(|(_, quality)| *quality);
    let quality = |coding: Coding| match coding {
        // A client that does not mention identity accepts it, but prefers what it listed.
        Coding::Identity => explicit("identity").unwrap_or(1),
        _ => explicit(coding.name()).or_else(|| explicit("*")).unwrap_or(0),
    };
    let acceptable = Coding::ALL.into_iter().filter(|coding| offered(*coding) && quality(*coding) > 0);
    // Of several maxima `max_by_key` returns the last, so the order is reversed to get the best.
    acceptable.rev().max_by_key(|coding| quality(*coding)).unwrap_or(Coding::Identity)
}

/// Parses a coding's name and its quality in thousandths.
fn wish(entry: &str) -> (&str, u16) {
    let (name, parameters) = entry.split_once(';').unwrap_or((entry, ""));
    let quality = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix(['q', 'Q'])?.trim().strip_prefix('='));
    let thousandths = quality.map_or(1000, |text| text.trim().parse::<f32>().map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u16));
    (name.trim(), thousandths)
}

#[cfg(test)]
mod tests {
    use super::{Coding, choose};
    use axum::http::header;

    fn chosen(accept: &str) -> Coding {
        choose(&[(header::ACCEPT_ENCODING, accept.parse().expect("a value"))].into_iter().collect(), |_| true)
    }

    #[test]
    fn the_client_decides_and_else_the_smallest_wins() {
        for (accept, coding) in [
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("gzip;q=1.0, br;q=0.5", Coding::Gzip),
            ("GZIP", Coding::Gzip),
            ("br;q=0, *", Coding::Gzip),
            ("*", Coding::Brotli),
            ("*;q=0", Coding::Identity),
            ("identity, gzip;q=0.5", Coding::Identity),
            ("gzip;q=0.2", Coding::Gzip),
            ("gzip;q=nonsense", Coding::Identity),
            ("gzip ; Q = 0.5, br; q=0.4", Coding::Gzip),
            ("zstd", Coding::Identity),
            ("", Coding::Identity),
        ] {
            assert_eq!(chosen(accept), coding, "{accept}");
        }
    }

    #[test]
    fn only_what_is_there_is_chosen() {
        let headers = [(header::ACCEPT_ENCODING, "br, gzip".parse().expect("a value"))].into_iter().collect();
        assert_eq!(choose(&headers, |coding| coding != Coding::Brotli), Coding::Gzip);
        assert_eq!(choose(&headers, |coding| coding == Coding::Identity), Coding::Identity);
    }
}
