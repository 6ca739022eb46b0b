//! Caller IDs as trunks present them, punctuated and with parameters, through every snippet.

use bina::simulator::customer;

use crate::calls::Call;
use crate::hostile_texts::escaped;
use crate::pbx::asterisk;
use crate::program::{Program, hubsoft};
use crate::record::Problems;
use crate::snippets::each;
use crate::{CROWDED_MAX, QUIET};

/// All of them are 37 99999-0002.
const PUNCTUATED: [&str; 22] = [
    "37-99999-0002",
    "(37)99999-0002",
    "(37) 99999-0002",
    "37 99999 0002",
    "37.99999.0002",
    "+55.37.99999.0002",
    "+55 37 99999-0002",
    "+55 (37) 99999-0002",
    "+55 (037) 9 9999-0002",
    "+(55)(37)99999-0002",
    "(+55) 37 99999-0002",
    "55-37-99999-0002",
    "0-37-99999-0002",
    "(037) 99999-0002",
    "0 21 37 99999-0002",
    "0055 37 99999-0002",
    "37999990002F",
    "+5537999990002f",
    "37999990002;cpc=ordinary",
    "+5537999990002;npdi;rn=+551100",
    "37999990002;phone-context=+55",
    "(37)99999-0002;isup-oli=00",
];

/// Another caller may have the digits, but the plus means another country; and invalid numbers.
const NOT_CUSTOMERS: [&str; 11] = [
    "+37999990002",
    "+1 (415) 555-2671",
    "+47 22 33 44 55",
    "00 47 22 33 44 55",
    "192.168.10.20",
    "37999990002-",
    "37999990002)(",
    "(37(99999-0002",
    "37)99999-0002",
    "ramal 37999990002",
    "2001F",
];

#[test]
fn a_number_is_found_however_a_trunk_punctuates_it() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(vec![customer(2, "Ana Souza", QUIET)]);
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let calls = each(|snippet| {
        let call = |user: &&str| Call::from(&escaped(user), snippet, bina.at(snippet)).named(user);
        PUNCTUATED.iter().map(call).collect::<Vec<_>>()
    });
    let mut problems = Problems::default();
    for call in asterisk.place(&calls) {
        call.has("status=found telefone=37999990002 codigo_cliente=1002", &mut problems);
        call.went_on_untouched(&mut problems);
        call.went_without_a_warning(&mut problems);
    }
    problems.none();
}

#[test]
fn punctuation_makes_no_number_of_what_is_none() {
    let Some(asterisk) = asterisk() else { return };
    let hubsoft = hubsoft(vec![customer(2, "Ana Souza", QUIET)]);
    let bina = Program::start(asterisk, &hubsoft.base_url());
    let calls = each(|snippet| {
        let call = |user: &&str| Call::from(&escaped(user), snippet, bina.at(snippet)).named(user);
        NOT_CUSTOMERS.iter().map(call).collect::<Vec<_>>()
    });
    let mut problems = Problems::default();
    for call in asterisk.place(&calls) {
        call.has("status=no_number source=none telefone= nome=", &mut problems);
        call.went_on_untouched(&mut problems);
        call.took_at_most(CROWDED_MAX, &mut problems);
        call.went_without_a_warning(&mut problems);
    }
    problems
        .check(hubsoft.lookups() == 0, || "HubSoft was queried for an invalid number".to_owned());
    problems.none();
}
