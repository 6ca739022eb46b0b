//! Tables of endpoints: finds the endpoint of a path, and its methods.

use std::fmt;

/// One row of a table: path, methods, access and action.
pub struct Endpoint<A> {
    /// The complete path, or a prefix when it ends with a slash.
    pub path: &'static str,
    pub methods: &'static Methods,
    pub access: Access,
    /// The application's action.
    pub action: A,
}

/// Who may request an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Clients with a credential, if any are configured.
    Credential,
    /// Every client: monitoring checks liveness without a secret.
    Everyone,
}

/// The methods of an endpoint; GET includes HEAD, unless the name ends with `ONLY`.
pub struct Methods {
    list: &'static [&'static str],
    /// The value of the `Allow` header.
    pub(super) allow: &'static str,
    spelling: Spelling,
}

#[derive(PartialEq, Eq)]
enum Spelling {
    /// FreeSWITCH sends the method in the spelling of its configuration, so `get` means GET.
    AnyCase,
    Exact,
}

pub const GET: Methods =
    Methods { list: &["GET", "HEAD"], allow: "GET, HEAD", spelling: Spelling::Exact };
/// For a form that is shown and sent.
pub const GET_OR_POST: Methods =
    Methods { list: &["GET", "HEAD", "POST"], allow: "GET, HEAD, POST", spelling: Spelling::Exact };
/// For what has an effect, and may be in the query because PBXs send GET more easily. A HEAD is a browser's or a
/// monitor's.
pub const GET_OR_POST_ONLY: Methods =
    Methods { list: &["GET", "POST"], allow: "GET, POST", spelling: Spelling::Exact };
pub const POST: Methods = Methods { list: &["POST"], allow: "POST", spelling: Spelling::Exact };
/// For a resource that is listed, added to and removed from.
pub const GET_POST_OR_DELETE: Methods = Methods {
    list: &["GET", "HEAD", "POST", "DELETE"],
    allow: "GET, HEAD, POST, DELETE",
    spelling: Spelling::Exact,
};
pub const ANY_CASE_GET_OR_POST: Methods = Methods {
    list: &["GET", "HEAD", "POST"],
    allow: "GET, HEAD, POST",
    spelling: Spelling::AnyCase,
};

impl Methods {
    pub fn include(&self, method: &str) -> bool {
        let any_case = self.spelling == Spelling::AnyCase && !method.eq_ignore_ascii_case("HEAD");
        let is_method =
            |known: &&str| *known == method || any_case && known.eq_ignore_ascii_case(method);
        self.list.iter().any(is_method)
    }

    /// Whether the body of a request with `method` is read.
    pub fn take_body(&self, method: &str) -> bool {
        method.eq_ignore_ascii_case("POST") && self.list.contains(&"POST")
    }
}

impl<A> Endpoint<A> {
    /// A row for clients with a credential.
    pub const fn new(path: &'static str, methods: &'static Methods, action: A) -> Self {
        Self { path, methods, access: Access::Credential, action }
    }

    /// A row for every client.
    pub const fn for_everyone(path: &'static str, methods: &'static Methods, action: A) -> Self {
        Self { path, methods, access: Access::Everyone, action }
    }

    /// The rest of `path` after this row's path; none when the row does not match.
    pub fn rest<'p>(&self, path: &'p str) -> Option<&'p str> {
        self.strip(single_slash(path))
    }

    fn strip<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.path)?;
        (rest.is_empty() || self.path.ends_with('/')).then_some(rest)
    }
}

/// The endpoints of one listener.
pub struct EndpointTable<A: 'static> {
    /// The rows of each module.
    rows: &'static [&'static [Endpoint<A>]],
    /// A hint at the paths of the other listener, for the log.
    elsewhere: &'static str,
}

impl<A> EndpointTable<A> {
    pub const fn new(rows: &'static [&'static [Endpoint<A>]], elsewhere: &'static str) -> Self {
        Self { rows, elsewhere }
    }

    /// The only match of a request's path: everything else is in the row.
    pub fn find(&self, path: &str) -> Option<&'static Endpoint<A>> {
        let path = single_slash(path);
        self.endpoints().find(|endpoint| endpoint.strip(path).is_some())
    }

    pub fn endpoints(&self) -> impl Iterator<Item = &'static Endpoint<A>> + use<A> {
        self.rows.iter().copied().flatten()
    }
}

/// Lists the paths.
impl<A> fmt::Display for EndpointTable<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut paths: Vec<_> = self.endpoints().map(|endpoint| endpoint.path).collect();
        paths.sort_unstable();
        write!(f, "{}; {}", paths.join(", "), self.elsewhere)
    }
}

/// The path with its leading slashes reduced to one: FreePBX inserts a slash between the host and the
/// path, so `//cid` is `/cid`.
fn single_slash(path: &str) -> &str {
    let rest = path.trim_start_matches('/');
    if path.len() > rest.len() { &path[path.len() - rest.len() - 1..] } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ROWS: [Endpoint<u8>; 4] = [
        Endpoint::new("/cid", &GET, 1),
        Endpoint::new("/freeswitch/dialplan", &ANY_CASE_GET_OR_POST, 2),
        Endpoint::new("/prompts/", &GET, 3),
        Endpoint::for_everyone("/healthz", &GET, 4),
    ];
    static TABLE: EndpointTable<u8> = EndpointTable::new(&[&ROWS], "others are not here");

    fn found(path: &str) -> Option<u8> {
        TABLE.find(path).map(|endpoint| endpoint.action)
    }

    #[test]
    fn a_path_matches_one_row_completely_or_by_prefix() {
        for (path, action) in
            [("/cid", 1), ("//cid", 1), ("/prompts/", 3), ("/prompts/sul/aviso.wav", 3)]
        {
            assert_eq!(found(path), Some(action), "{path}");
        }
        for path in ["/", "", "cid", "/cid/", "/cid2", "/prompts", "/healthz2"] {
            assert_eq!(found(path), None, "{path}");
        }
        assert_eq!(ROWS[2].rest("//prompts/sul/aviso.wav"), Some("sul/aviso.wav"));
    }

    #[test]
    fn methods_are_case_sensitive_except_for_freeswitch() {
        assert!(GET.include("GET") && GET.include("HEAD"));
        assert!(!GET.include("get") && !GET.include("POST"));
        for method in ["get", "Post", "HEAD"] {
            assert!(ANY_CASE_GET_OR_POST.include(method), "{method}");
        }
        assert!(!ANY_CASE_GET_OR_POST.include("head") && !ANY_CASE_GET_OR_POST.include("DELETE"));
        assert!(GET_POST_OR_DELETE.include("DELETE") && !GET_POST_OR_DELETE.include("PUT"));
        assert!(GET_POST_OR_DELETE.take_body("POST") && !GET_POST_OR_DELETE.take_body("DELETE"));
        assert!(POST.take_body("POST") && ANY_CASE_GET_OR_POST.take_body("post"));
        assert!(!GET.take_body("POST") && !POST.take_body("GET"));
    }

    #[test]
    fn the_log_lists_the_paths_in_order() {
        let listed = "/cid, /freeswitch/dialplan, /healthz, /prompts/; others are not here";
        assert_eq!(TABLE.to_string(), listed);
    }
}
