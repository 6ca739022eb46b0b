//! Compares a request's `Authorization` header with the accepted credentials, in constant time.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use subtle::{Choice, ConstantTimeEq};

use crate::runtime::language::Message;
use crate::runtime::secret::Secret;

use super::texts;

/// Shortest token and password: 16 random bytes cannot be guessed at 50 attempts a second.
pub const SECRET_BYTES_MIN: usize = 16;
/// Longest token, and longest `user:password`.
pub const CREDENTIAL_BYTES_MAX: usize = 256;
/// Capacity for a scheme, and for the longest credential in base64.
const HEADER_BYTES_MAX: usize = 384;

/// Why a secret is not a valid credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    Long,
    NoPair,
    NoToken,
    Short,
}

impl Unfit {
    /// Why it is none, after the name of its file.
    pub fn message(self) -> Message {
        match self {
            Self::Long => texts::CREDENTIAL_LONG.message(&[("max", &CREDENTIAL_BYTES_MAX)]),
            Self::NoPair => texts::CREDENTIAL_NO_PAIR.into(),
            Self::NoToken => texts::CREDENTIAL_NO_TOKEN.into(),
            Self::Short => texts::CREDENTIAL_SHORT.message(&[("min", &SECRET_BYTES_MIN)]),
        }
    }
}

/// The authentication scheme of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Basic,
    Bearer,
}

impl Scheme {
    /// The start of the header; its case does not matter.
    fn word(self) -> &'static str {
        match self {
            Self::Basic => "Basic",
            Self::Bearer => "Bearer",
        }
    }
}

/// An accepted credential.
#[derive(Clone, Debug)]
pub struct Credential {
    scheme: Scheme,
    header: Secret,
    normalized: NormalizedHeader,
}

impl Credential {
    /// A token.
    pub fn bearer(token: &Secret) -> Result<Self, Unfit> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"._~+/=-".contains(&byte);
        let token = token.reveal();
        match token.len() {
            _ if !token.bytes().all(is_token) => Err(Unfit::NoToken),
            length if length < SECRET_BYTES_MIN => Err(Unfit::Short),
            length if length > CREDENTIAL_BYTES_MAX => Err(Unfit::Long),
            _ => Self::new(Scheme::Bearer, token),
        }
    }

    /// A user with a password, as `user:password`.
    pub fn basic(pair: &Secret) -> Result<Self, Unfit> {
        let pair = pair.reveal();
        match pair.split_once(':') {
            None | Some(("", _)) => Err(Unfit::NoPair),
            Some(_) if pair.chars().any(char::is_control) => Err(Unfit::NoPair),
            Some((_, password)) if password.len() < SECRET_BYTES_MIN => Err(Unfit::Short),
            Some(_) if pair.len() > CREDENTIAL_BYTES_MAX => Err(Unfit::Long),
            Some(_) => Self::new(Scheme::Basic, &BASE64_STANDARD.encode(pair)),
        }
    }

    fn new(scheme: Scheme, value: &str) -> Result<Self, Unfit> {
        let header = format!("{} {value}", scheme.word());
        let normalized = NormalizedHeader::read(header.as_bytes()).ok_or(Unfit::Long)?;
        Ok(Self { scheme, header: Secret::new(header), normalized })
    }
}

/// All accepted credentials; empty when requests need none.
#[derive(Clone, Debug, Default)]
pub struct Credentials(Vec<Credential>);

impl Credentials {
    pub fn new(accepted: Vec<Credential>) -> Self {
        Self(accepted)
    }

    /// Whether requests need no credential.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an `Authorization` header matches one of them. The time does not depend on which one
    /// matches, nor on whether one does.
    pub fn accept(&self, header: &[u8]) -> bool {
        let Some(sent) = NormalizedHeader::read(header) else { return false };
        let matches =
            |matches: Choice, accepted: &Credential| matches | accepted.normalized.0.ct_eq(&sent.0);
        self.0.iter().fold(Choice::from(0), matches).into()
    }

    /// The header of the first one, for the service's requests to itself.
    pub fn own(&self) -> Option<&Secret> {
        self.0.first().map(|credential| &credential.header)
    }

    /// The `WWW-Authenticate` challenges for a request without a valid credential.
    pub fn challenges(&self) -> impl Iterator<Item = &'static str> {
        let is_accepted = |scheme| self.0.iter().any(|credential| credential.scheme == scheme);
        [(Scheme::Bearer, "Bearer realm=\"bina\""), (Scheme::Basic, "Basic realm=\"bina\"")]
            .into_iter()
            .filter(move |(scheme, _)| is_accepted(*scheme))
            .map(|(_, challenge)| challenge)
    }
}

/// A header in a buffer of constant length: the scheme in lower case, a space, the value, and a
/// padding of zeros, which no header contains.
#[derive(Clone)]
struct NormalizedHeader([u8; HEADER_BYTES_MAX]);

impl NormalizedHeader {
    fn read(header: &[u8]) -> Option<Self> {
        let header = header.trim_ascii();
        let space = header.iter().position(|byte| *byte == b' ')?;
        let (scheme, value) = (&header[..space], header[space..].trim_ascii());
        let mut bytes = [0; HEADER_BYTES_MAX];
        let length = scheme.len() + 1 + value.len();
        if length > bytes.len() {
            return None;
        }
        bytes[..scheme.len()].copy_from_slice(scheme);
        bytes[..scheme.len()].make_ascii_lowercase();
        bytes[scheme.len()] = b' ';
        bytes[scheme.len() + 1..length].copy_from_slice(value);
        Some(Self(bytes))
    }
}

impl std::fmt::Debug for NormalizedHeader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NormalizedHeader(masked)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef.0123456789abcdef";

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    fn bearer(token: &str) -> Result<Credential, Unfit> {
        Credential::bearer(&secret(token))
    }

    fn basic(pair: &str) -> Result<Credential, Unfit> {
        Credential::basic(&secret(pair))
    }

    fn both() -> Credentials {
        let pair = basic("pbx:uma senha comprida").expect("a pair");
        Credentials::new(vec![bearer(TOKEN).expect("a token"), pair])
    }

    #[test]
    fn only_configured_credentials_are_accepted() {
        let credentials = both();
        let good = credentials.0[1].header.reveal().to_owned();
        assert_eq!(good, "Basic cGJ4OnVtYSBzZW5oYSBjb21wcmlkYQ==");
        for header in [&format!("Bearer {TOKEN}"), &format!("bEARER   {TOKEN} "), &good] {
            assert!(credentials.accept(header.as_bytes()), "{header}");
        }
        for header in [
            "",
            "Bearer",
            "Bearer ",
            TOKEN,
            &format!("Bearer{TOKEN}"),
            &format!("Basic {TOKEN}"),
            &format!("Bearer {}", &TOKEN[1..]),
            &format!("Bearer {}", &TOKEN[..TOKEN.len() - 1]),
            &format!("Bearer {TOKEN}0"),
            &format!("Bearer {TOKEN} {TOKEN}"),
            &format!("Bearer {}", TOKEN.to_uppercase()),
            &format!("Bearer {}", "x".repeat(10_000)),
            &good.replace("Basic", "Bearer"),
            &good.replace("==", ""),
        ] {
            assert!(!credentials.accept(header.as_bytes()), "{header}");
        }
        assert!(!Credentials::default().accept(format!("Bearer {TOKEN}").as_bytes()));
    }

    #[test]
    fn an_invalid_credential_has_a_reason() {
        assert_eq!(bearer("curto").err(), Some(Unfit::Short));
        assert_eq!(bearer("").err(), Some(Unfit::Short));
        assert_eq!(bearer("0123456789abcde").err(), Some(Unfit::Short), "15 bytes");
        assert!(bearer("0123456789abcdef").is_ok(), "16 bytes");
        assert_eq!(bearer(&"x".repeat(257)).err(), Some(Unfit::Long));
        assert!(bearer(&"x".repeat(256)).is_ok());
        for odd in
            ["two words and more", "0123456789abcdef\n2", "0123456789abcdefã", "\"0123456789abcdef"]
        {
            assert_eq!(bearer(odd).err(), Some(Unfit::NoToken), "{odd}");
        }
        for odd in ["", "0123456789abcdef", ":0123456789abcdef", "pbx:0123456789\nabcdef"] {
            assert_eq!(basic(odd).err(), Some(Unfit::NoPair), "{odd}");
        }
        assert_eq!(basic("pbx:0123456789abcde").err(), Some(Unfit::Short));
        assert!(basic("pbx:0123456789:abcde").is_ok(), "a password may have a colon");
        assert!(basic("pbx:0123456789 não é").is_ok());
        assert!(basic(&format!("pbx:{}", "x".repeat(252))).is_ok());
        assert_eq!(basic(&format!("pbx:{}", "x".repeat(253))).err(), Some(Unfit::Long));
    }

    #[test]
    fn each_accepted_scheme_has_a_challenge() {
        let challenges = |credentials: &Credentials| credentials.challenges().collect::<Vec<_>>();
        assert_eq!(challenges(&both()), ["Bearer realm=\"bina\"", "Basic realm=\"bina\""]);
        let token = Credentials::new(vec![bearer(TOKEN).expect("a token")]);
        assert_eq!(challenges(&token), ["Bearer realm=\"bina\""]);
        assert!(challenges(&Credentials::default()).is_empty());
    }

    #[test]
    fn debug_output_contains_no_credential() {
        let shown = format!("{:?}", both());
        assert!(!shown.contains(TOKEN) && !shown.contains("cGJ4"), "{shown}");
    }
}
