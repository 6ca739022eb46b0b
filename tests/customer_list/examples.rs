//! The example answers, each with what is concluded from it.

use bina::domain::place::{District, InterfaceName, ServicePlace};
use bina::sources::directory::{CityEntry, InterfaceEntry, ListPage, ListedCustomer, PopEntry};
use bina::sources::hubsoft::{read_page, read_tables};
use bina::sources::reasons;

use crate::example;

fn page(name: &str) -> ListPage {
    read_page(example(name).as_bytes()).expect(name)
}

fn phones(customer: &ListedCustomer) -> Vec<&str> {
    customer.phones.iter().map(|phone| phone.reveal()).collect()
}

/// The only service of a page's customer.
fn place(page: &ListPage, customer: usize) -> &ServicePlace {
    let [place] = &page.customers[customer].services[..] else { panic!("one service") };
    place
}

#[test]
fn each_page_states_its_position_its_customers_and_their_numbers() {
    for (name, number, last, total, customers, numbers, services) in [
        ("first_page", 0, 2, 7, 3, 4, 4),
        ("middle_page", 1, 2, 7, 3, 2, 3),
        ("last_page", 2, 2, 7, 1, 1, 0),
        ("past_the_end", 3, 2, 7, 0, 0, 0),
        ("repeated_customer", 1, 2, 7, 3, 2, 4),
        ("varying_types", 0, 0, 1, 1, 2, 1),
        ("alert_flags", 0, 0, 2, 2, 2, 2),
        ("shared_phone", 0, 0, 2, 2, 2, 2),
    ] {
        let page = page(name);
        assert_eq!((page.number, page.last, page.total), (Some(number), Some(last), Some(total)));
        let count = |of: fn(&ListedCustomer) -> usize| page.customers.iter().map(of).sum();
        let counted: [usize; 3] = [
            page.customers.len(),
            count(|customer| customer.phones.len()),
            count(|customer| customer.services.len()),
        ];
        assert_eq!(counted, [customers, numbers, services], "{name}");
        assert_eq!(page.unreadable, 0, "{name}");
    }
}

#[test]
fn a_customer_has_id_code_name_numbers_and_places() {
    let page = page("first_page");
    let customer = &page.customers[1];
    assert_eq!((customer.id, customer.code.as_str()), (10002, "1002"));
    assert_eq!(customer.name, "CLIENTE INVENTADO 10002");
    assert_eq!(
        phones(customer),
        ["37999990002", "37999990012"],
        "the first lacked the ninth digit"
    );
    assert_eq!(customer.alert, None);
    let expected = ServicePlace {
        status: "servico_habilitado".to_owned(),
        interface: Some(InterfaceName {
            equipment: "OLT CENTRO".to_owned(),
            address: "10.10.10.1".to_owned(),
            interface: "GPON1/1/1".to_owned(),
        }),
        optical_box: Some("A1-C3".to_owned()),
        district: Some(District {
            city: "MONTE BELO".to_owned(),
            states: ["MG".to_owned(), "MINAS GERAIS".to_owned()],
            ibge: None,
            district: "CENTRO".to_owned(),
        }),
        groups: vec![17],
    };
    assert_eq!(*place(&page, 0), expected);
}

#[test]
fn the_generic_interface_is_no_place_and_an_unnamed_box_is_none() {
    let page = page("middle_page");
    assert_eq!(phones(&page.customers[1]), [""; 0], "a customer without a number is listed");
    let generic = place(&page, 2);
    assert_eq!((&generic.interface, &generic.optical_box), (&None, &None));
    assert!(generic.district.is_some());
    assert_eq!(place(&page, 0).status, "suspenso_debito");
}

#[test]
fn types_may_vary() {
    let page = page("varying_types");
    let customer = &page.customers[0];
    assert_eq!((customer.id, customer.code.as_str()), (10008, "1008"));
    assert_eq!(phones(customer), ["37999990008", "37999990018"]);
    let place = place(&page, 0);
    let interface = place.interface.as_ref().expect("the equipment is stated");
    assert_eq!((interface.equipment.as_str(), interface.interface.as_str()), ("OLT CENTRO", ""));
    assert_eq!((place.groups.as_slice(), &place.optical_box), (&[17][..], &None));
}

#[test]
fn flags_are_read_where_the_list_has_them() {
    let [on, off] = &page("alert_flags").customers[..] else { panic!("two customers") };
    assert_eq!((on.alert, off.alert), (Some(true), Some(false)));
}

#[test]
fn one_number_may_be_that_of_two_customers() {
    let page = page("shared_phone");
    assert_eq!(phones(&page.customers[0]), phones(&page.customers[1]));
}

#[test]
fn an_error_is_never_a_page() {
    let failure = |name| read_page(example(name).as_bytes()).expect_err(name);
    assert_eq!(failure("status_error"), reasons::REFUSED.failure());
    let forbidden = failure("no_permission");
    assert_eq!(forbidden, reasons::PERMISSION.because("the list of customers"));
    assert!(forbidden.to_string().ends_with("give the API user the permission for it in HubSoft"));
}

#[test]
fn the_table_of_cities_has_every_spelling_of_a_district() {
    let cities = read_tables(example("cities").as_bytes()).cities;
    let expected = CityEntry {
        id: 1597,
        name: "Monte Belo".to_owned(),
        states: ["MG".to_owned(), String::new()],
        ibge: Some(3_100_001),
        districts: ["CENTRO", "SAO JOSE", "SÃO JOSÉ", "OLAVO DA AZ", "OLAVO DA PAZ"]
            .map(str::to_owned)
            .to_vec(),
    };
    assert_eq!((cities.len(), &cities[0]), (2, &expected));
}

#[test]
fn the_table_of_equipment_becomes_its_interfaces() {
    let interfaces = read_tables(example("equipment").as_bytes()).interfaces;
    let expected = InterfaceEntry {
        id: 7101,
        name: "GPON1/1/1".to_owned(),
        equipment_id: 502,
        equipment: "OLT CENTRO".to_owned(),
        address: "10.10.10.2".to_owned(),
    };
    assert_eq!((interfaces.len(), &interfaces[3]), (4, &expected));
}

#[test]
fn a_pop_has_its_equipment_or_none() {
    let pops = read_tables(example("pops").as_bytes()).pops;
    let pop = |id, name: &str, equipment| PopEntry { id, name: name.to_owned(), equipment };
    let equipment = vec![("OLT CENTRO".to_owned(), "10.10.10.1".to_owned())];
    assert_eq!(pops, [pop(51, "POP CENTRO", equipment), pop(52, "POP VAZIO", vec![])]);
}

#[test]
fn boxes_statuses_and_groups_are_ids_with_names() {
    let named = |pairs: &[(u64, &str)]| -> Vec<_> {
        pairs.iter().map(|(id, name)| (*id, (*name).to_owned())).collect()
    };
    let boxes = read_tables(example("optical_boxes").as_bytes()).boxes;
    assert_eq!(boxes, named(&[(1220, "A1-C3"), (1221, "B2-C1"), (1222, "B2-C1")]));
    let statuses = read_tables(example("statuses").as_bytes()).statuses;
    assert_eq!(statuses, named(&[(1, "servico_habilitado"), (9, "suspenso_debito")]));
    let groups = read_tables(example("service_groups").as_bytes()).groups;
    assert_eq!(groups, named(&[(17, "Residencial"), (5, "Serviços Cortesias")]));
}
