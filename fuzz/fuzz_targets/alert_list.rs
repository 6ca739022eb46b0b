//! The list of alerts: any bytes are a bounded page or a failure.

#![no_main]

use bina::sources::hubsoft::read_alert_page;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(page) = read_alert_page(body) else { return };
    assert!(page.alerts.len() <= 2_000);
    for alert in &page.alerts {
        assert!(alert.id > 0);
        assert!(alert.text.as_ref().is_none_or(|text| !text.reveal().is_empty()));
        assert!(alert.may_last.is_none_or(|latest| alert.ends.is_some_and(|end| end < latest)));
        let scope = &alert.scope;
        for ids in [&scope.cities, &scope.interfaces, &scope.pops, &scope.boxes, &scope.groups] {
            assert!(ids.len() <= 20_000 && !ids.contains(&0));
        }
        assert!(scope.unknown_kinds.len() <= 24);
        assert!(scope.unknown_kinds.iter().all(|kind| kind.len() <= 40));
        assert!(scope.districts.iter().all(|(city, name)| *city > 0 && !name.is_empty()));
    }
});
