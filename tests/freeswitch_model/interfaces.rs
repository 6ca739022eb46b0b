//! FreeSWITCH with the shipped snippets in their places, as the guide installs them.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use bina::answering::render::{Format, Freeswitch as Settings, Play, farewell, not_found, render};
use bina::domain::answer::Answer;

use super::fsmodel::{Freeswitch, Reply, Request};

/// A way to query bina from FreeSWITCH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interface {
    Curl,
    Httapi,
    XmlCurl,
}

impl Interface {
    pub(crate) const ALL: [Self; 3] = [Self::Curl, Self::Httapi, Self::XmlCurl];

    /// The context in which a call comes in.
    pub(crate) fn context(self) -> &'static str {
        if self == Self::XmlCurl { "bina" } else { "public" }
    }

    /// How long a call may be held, as the snippet states; mod_xml_curl sends two requests.
    pub(crate) fn limit_s(self) -> u32 {
        if self == Self::XmlCurl { 4 } else { 2 }
    }

    /// The path that is requested, as the snippets write it.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Curl => "/freeswitch/vars",
            Self::Httapi => "/freeswitch/httapi",
            Self::XmlCurl => "/freeswitch/dialplan",
        }
    }
}

/// A shipped snippet.
pub(crate) fn snippet(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("dialplan/freeswitch");
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// FreeSWITCH in front of `server`, querying by `interface`. With `play` other than never the snippet's
/// own extension for it is deleted, as its comment requires.
pub(crate) fn freeswitch(
    interface: Interface,
    play: Play,
    server: impl Fn(&Request) -> Reply + 'static,
) -> Freeswitch {
    let mut freeswitch = Freeswitch::new(server);
    let shipped =
        |name| if play == Play::Never { snippet(name) } else { without_play(&snippet(name)) };
    let mut public = Vec::new();
    match interface {
        Interface::Curl => public.extend([snippet("bina-curl.xml"), shipped("public-example.xml")]),
        Interface::Httapi => {
            freeswitch.add_httapi(&snippet("autoload_configs/httapi.conf.xml"));
            freeswitch.add_dialplan(&shipped("bina-then.xml"));
            public.push(snippet("bina-httapi.xml"));
        }
        Interface::XmlCurl => {
            freeswitch.xml_curl_timeout_s = Some(timeout_of_xml_curl());
            freeswitch.add_dialplan(&snippet("bina.xml"));
            public.push(shipped("public-example.xml"));
        }
    }
    let all_others = |number| {
        format!(
            "<extension name=\"all_others\"><condition>\n\
             <action application=\"bridge\" data=\"user/{number}\"/></condition></extension>"
        )
    };
    let context =
        |name, inside: String| format!("<context name=\"{name}\">\n{inside}\n</context>\n");
    freeswitch.add_dialplan(&context("public", public.join("\n") + "\n" + &all_others("1000")));
    freeswitch.add_dialplan(&context("default", all_others("${destination_number}")));
    freeswitch
}

/// bina, giving the same answer to every valid request.
pub(crate) fn serving(answer: Answer, play: Play) -> impl Fn(&Request) -> Reply {
    let settings = Settings { play, ..Settings::default() };
    move |request| written(request, &answer, &settings)
}

/// bina, giving whatever answer is there at the time.
pub(crate) fn serving_the(answer: Rc<RefCell<Answer>>) -> impl Fn(&Request) -> Reply {
    move |request| written(request, &answer.borrow(), &Settings::default())
}

/// bina, whose answers are truncated after the number of bytes set at the time.
pub(crate) fn serving_cut(answer: Answer, bytes: Rc<Cell<usize>>) -> impl Fn(&Request) -> Reply {
    move |request| {
        let mut reply = written(request, &answer, &Settings::default());
        if let Reply::Page { body, .. } = &mut reply {
            let whole =
                (0..=bytes.get().min(body.len())).rev().find(|end| body.is_char_boundary(*end));
            body.truncate(whole.unwrap_or(0));
        }
        reply
    }
}

fn written(request: &Request, answer: &Answer, settings: &Settings) -> Reply {
    let page = match request.target.split('?').next().unwrap_or_default() {
        "/freeswitch/dialplan" if !request.form.ends_with("Hunt-Context=bina") => not_found(),
        "/freeswitch/dialplan" => render(Format::Dialplan, answer, settings),
        "/freeswitch/httapi" if request.form.ends_with("exiting=true") => farewell(),
        "/freeswitch/httapi" => render(Format::Httapi, answer, settings),
        "/freeswitch/vars" => render(Format::Vars, answer, settings),
        _ => return Reply::Page { status: 404, content_type: String::new(), body: String::new() },
    };
    Reply::page(page.content_type, &page.body)
}

fn without_play(snippet: &str) -> String {
    let (before, rest) = snippet.split_once("<extension name=\"bina-play\"").expect("it plays");
    let (_, after) = rest.split_once("</extension>").expect("it ends");
    format!("{before}{after}")
}

fn timeout_of_xml_curl() -> u32 {
    let text = snippet("autoload_configs/xml_curl.conf.xml");
    let rest = text.split("name=\"timeout\" value=\"").nth(1).expect("a limit");
    rest.split('"').next().and_then(|value| value.parse().ok()).expect("whole seconds")
}
