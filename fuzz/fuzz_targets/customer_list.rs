//! The list of customers and the tables: any bytes are a bounded page, bounded tables, or a failure.

#![no_main]

use bina::sources::hubsoft::{read_page, read_tables};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let tables = read_tables(body);
    for city in &tables.cities {
        assert!(city.id > 0 && !city.name.is_empty());
    }
    for interface in &tables.interfaces {
        assert!(interface.id > 0 && interface.name.len() <= 256);
    }
    let Ok(page) = read_page(body) else { return };
    assert!(page.customers.len() <= 600);
    for customer in &page.customers {
        assert!(customer.id > 0 && customer.name.len() <= 256);
        assert!(customer.code.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(customer.phones.len() <= 12 && customer.services.len() <= 32);
        for (at, phone) in customer.phones.iter().enumerate() {
            assert!(!customer.phones[..at].contains(phone), "a number twice");
        }
        for place in &customer.services {
            assert!(place.groups.len() <= 32 && place.status.len() <= 64);
        }
    }
});
