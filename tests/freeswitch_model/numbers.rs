//! The caller's and the called number, as the snippet for the application `curl` sends them.

use std::cell::RefCell;
use std::rc::Rc;

use bina::answering::render::Play;
use bina::domain::call::Did;
use bina::domain::phone::Phone;
use bina::servers::endpoints;

use super::fsmodel::{Call, Reply, Request};
use super::{CALLED, CALLER, Interface, fields, freeswitch, neutral};

/// What bina receives when `caller` calls `called`; nothing if there is no request.
fn target(caller: &str, called: &str) -> Option<String> {
    let target = Rc::new(RefCell::new(None));
    let seen = Rc::clone(&target);
    let pbx = freeswitch(Interface::Curl, Play::Never, move |request: &Request| {
        seen.replace(Some(request.target.clone()));
        Reply::Refused
    });
    let mut call = Call::new(caller, called, Interface::Curl.context());
    pbx.route(&mut call);
    let status = if target.borrow().is_some() { "unavailable" } else { "no_number" };
    assert_eq!(fields(&call), neutral(status), "{caller}");
    assert!(call.ran.is_empty(), "{caller}: {:?}", call.ran);
    target.take()
}

/// The call as bina reads it.
fn request(caller: &str, called: &str) -> Option<bina::domain::call::Call> {
    let target = target(caller, called)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/?=&%().-;".contains(&byte);
    assert!(target.bytes().all(plain), "{target}");
    Some(endpoints::call("GET", &target, "", "bina").expect("an existing endpoint"))
}

/// The number bina looks up; none when it is none of Brazil.
fn looked_up(caller: &str) -> Option<String> {
    let presented = request(caller, CALLED)?.caller?;
    Phone::parse(&presented, None).ok().map(|phone| phone.reveal().to_owned())
}

#[test]
fn the_plus_of_another_country_arrives() {
    for foreign in [
        "+4722334455",
        "+34912345678",
        "+4799887766",
        "+6531234567",
        "+33912345678",
        "+41912345678",
        "+4532345678",
        "+61912345678",
        "+47 22 33 44 55",
        "+47-2233-4455",
        "+4722334455;cpc=ordinary",
        "4722334455;phone-context=+47",
        "4722334455;phone-context=+47;user=phone",
    ] {
        assert_eq!(looked_up(foreign), None, "{foreign}");
    }
    let plain = target("+4722334455", CALLED);
    assert_eq!(plain, Some(format!("/freeswitch/vars?did={CALLED}&caller=%2B4722334455")));
    assert_eq!(looked_up("4722334455").as_deref(), Some("4722334455"), "Joinville");
}

#[test]
fn a_number_is_looked_up_however_it_is_presented() {
    for presented in [
        "37988242968",
        "5537988242968",
        "+5537988242968",
        "037988242968",
        "01537988242968",
        "(37) 98824-2968",
        "(37)98824-2968",
        "(37)%2098824-2968",
        "37-98824-2968",
        "37.98824.2968",
        "37 98824 2968",
        "37 9 8824 2968",
        "+55.37.98824.2968",
        "+55 37 98824-2968",
        "+55 (37) 9 8824 2968",
        "37988242968F",
        "37988242968;cpc=ordinary",
        "+5537988242968;npdi;rn=551100",
        "37988242968;phone-context=+55",
    ] {
        assert_eq!(looked_up(presented).as_deref(), Some("37988242968"), "{presented}");
    }
}

#[test]
fn an_invalid_number_is_not_made_a_number() {
    for odd in [
        "",
        "anonymous",
        "192.168.1.10",
        "3234-5678/79",
        "37988242968--",
        "37988242968 37999450812",
        "++5537988242968",
        "37988242968&caller=37999450812",
        "37988242968#",
        "37988242968%26x",
        "37988242968\n1000",
        "37988242968 XML default",
        "37988242968FF",
    ] {
        assert_eq!(looked_up(odd), None, "{odd:?}");
    }
    assert_eq!(looked_up(&"37".repeat(2_000)), None);
}

#[test]
fn the_called_number_arrives_with_its_plus_or_not_at_all() {
    for (called, did) in [
        ("+553732221234", "+553732221234"),
        ("3732221234", "3732221234"),
        ("553732221234;npdi;rn=551100", "3732221234"),
        ("+14155550123", "+14155550123"),
    ] {
        let call = request(CALLER, called).expect("a caller that is looked up");
        assert_eq!(call.did, Did::new(did), "{called}");
    }
    for odd in ["+", "sip", "1000 XML default", "+37x", "${x}"] {
        assert_eq!(request(CALLER, odd).expect("a request").did, None, "{odd}");
    }
}
