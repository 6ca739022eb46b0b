//! Verdicts over rules that combine the kinds of a scope, visible, partly visible and invisible ones.

use std::sync::Arc;

use bina::sources::alerts::{EarlierAlerts, Verdict};
use bina::sources::directory::{AlertScope, RowIndex, ScopeKind, Strata, Stratum};
use proptest::prelude::*;

use crate::bench::{BOTH, IN_BOX, IN_GROUP, NEITHER, Trialled, scan, scope, stratum};

/// Whether a customer who fits the box, fits the group, and has what nobody sees, has the alert.
type Rule = fn(bool, bool, bool) -> bool;

const VISIBLE: [Rule; 5] = [
    |in_box, in_group, _| in_box && in_group,
    |in_box, in_group, _| in_box || in_group,
    |in_box, _, _| in_box,
    |_, in_group, _| in_group,
    |in_box, in_group, _| in_box != in_group,
];
const HIDDEN: [Rule; 4] = [
    |in_box, in_group, hidden| in_box && in_group && hidden,
    |in_box, in_group, hidden| (in_box || in_group) && hidden,
    |in_box, in_group, hidden| in_box && in_group || hidden,
    |_, _, hidden| hidden,
];

/// Whether a share of `percent` of all customers has what nobody sees, and this one too.
fn is_hidden(row: RowIndex, percent: u32) -> bool {
    row.0.wrapping_mul(2_654_435_761) >> 8 & 0xffff < percent * 65_536 / 100
}

fn has_alert(strata: &Strata, rule: Rule, row: RowIndex, percent: u32) -> bool {
    let Stratum::Fits(kinds) = strata.of(row) else { return false };
    let (in_box, in_group) = (kinds.contains(ScopeKind::Box), kinds.contains(ScopeKind::Group));
    rule(in_box, in_group, is_hidden(row, percent))
}

/// Judges an alert of this rule.
fn judged(strata: &Arc<Strata>, seed: u64, rule: Rule, percent: u32) -> Trialled {
    let mut trialled = Trialled::after(EarlierAlerts::default(), Arc::clone(strata), 1, seed);
    trialled.judge(|row| has_alert(strata, rule, row, percent));
    trialled
}

fn rows(sizes: [usize; 4]) -> impl Iterator<Item = RowIndex> {
    (0..sizes.iter().sum::<usize>() as u32).map(RowIndex)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_rule_over_visible_kinds_is_found_exactly(
        sizes in prop::array::uniform4(0..120_usize),
        rule in 0..VISIBLE.len(),
        seed: u64,
    ) {
        let trialled = judged(&scan(sizes, &scope()), seed, VISIBLE[rule], 0);
        for row in rows(sizes) {
            let has = has_alert(&trialled.strata, VISIBLE[rule], row, 0);
            let expected = if has { Verdict::Alert } else { Verdict::NoAlert };
            prop_assert_eq!(trialled.verdicts.of(trialled.strata.of(row)), expected);
        }
        prop_assert!(trialled.asked.len() <= 40);
    }

    #[test]
    fn nobody_is_asked_twice_and_no_stratum_more_than_forty_times(
        sizes in prop::array::uniform4(0..120_usize),
        rule in 0..HIDDEN.len(),
        percent in 0..100_u32,
        seed: u64,
    ) {
        let trialled = judged(&scan(sizes, &scope()), seed, HIDDEN[rule], percent);
        let mut rows: Vec<_> = trialled.asked.iter().map(|probe| probe.row).collect();
        rows.sort_unstable();
        rows.dedup();
        prop_assert_eq!(rows.len(), trialled.asked.len());
        for at in [BOTH, IN_BOX, IN_GROUP, NEITHER] {
            let own = trialled.asked.iter().filter(|probe| probe.stratum == stratum(at));
            prop_assert!(own.count() <= 40);
        }
    }
}

/// What holds statistically, over two thousand alerts: of a stratum in which half have the alert, at most one
/// in 200 is taken for one that has it; in which a quarter, none; in which all but a tenth or more, most are.
#[test]
fn a_mixed_stratum_stays_undecided() {
    let strata = scan([2_000, 0, 0, 0], &scope());
    for (percent, alerts, none) in
        [(25, 0..=0, 200..=420), (50, 0..=10, 0..=10), (60, 0..=40, 0..=0)]
    {
        let verdict = |seed| judged(&strata, seed, HIDDEN[3], percent).verdict(BOTH);
        let verdicts: Vec<_> = (0..2_000).map(verdict).collect();
        let count = |wanted| verdicts.iter().filter(|verdict| **verdict == wanted).count();
        assert!(alerts.contains(&count(Verdict::Alert)), "{percent}: {}", count(Verdict::Alert));
        assert!(none.contains(&count(Verdict::NoAlert)), "{percent}: {}", count(Verdict::NoAlert));
    }
}

/// Where the list shows that the scope has a kind which nobody sees, a stratum is mixed in any share: of eight in
/// ten that have the alert, at most one stratum in 100 is taken for one that has it; of nine in ten, one in ten.
/// All who have it are found.
#[test]
fn a_scope_with_a_kind_that_nobody_sees_needs_more_answers() {
    let hidden = AlertScope { unknown_kinds: ["zonas".to_owned()].into(), ..scope() };
    let strata = scan([2_000, 0, 0, 0], &hidden);
    for (percent, alerts) in [(70, 0..=2), (80, 0..=20), (90, 0..=200), (100, 2_000..=2_000)] {
        let verdict = |seed| judged(&strata, seed, HIDDEN[3], percent).verdict(BOTH);
        let count = (0..2_000).filter(|seed| verdict(*seed) == Verdict::Alert).count();
        assert!(alerts.contains(&count), "{percent}: {count}");
    }
}

/// Over random rules with a part that nobody sees, of those who do not have an alert, but for strata of which
/// three quarters have it.
#[test]
fn at_most_one_in_two_hundred_is_told_of_an_alert_that_he_does_not_have() {
    const SIZES: [usize; 4] = [300, 700, 900, 2_100];
    let strata = scan(SIZES, &scope());
    let (mut unaffected, mut told) = (0, 0);
    for seed in 0..400_u64 {
        let rule = HIDDEN[seed as usize % HIDDEN.len()];
        let percent = (seed * 37 % 70) as u32;
        let trialled = judged(&strata, seed, rule, percent);
        for row in rows(SIZES).filter(|row| !has_alert(&trialled.strata, rule, *row, percent)) {
            unaffected += 1;
            let verdict = trialled.verdicts.of(strata.of(row));
            told += usize::from(verdict == Verdict::Alert);
        }
    }
    assert!(told * 200 <= unaffected, "{told} of {unaffected}");
}

#[test]
fn all_of_a_small_stratum_are_asked_and_their_share_decides() {
    for (size, has, expected) in [
        (1, 1, Verdict::Alert),
        (1, 0, Verdict::NoAlert),
        (4, 3, Verdict::Alert),
        (9, 7, Verdict::Alert),
        (9, 6, Verdict::Unknown),
        (9, 2, Verdict::NoAlert),
    ] {
        let mut trialled = Trialled::new([size, 0, 0, 0], 1);
        trialled.judge(|row| row.0 < has);
        assert_eq!(trialled.verdict(BOTH), expected, "{has} of {size}");
        assert_eq!(trialled.asked.len(), size);
    }
}

#[test]
fn the_stratum_with_most_kinds_is_asked_first() {
    let mut trialled = Trialled::new([500, 500, 500, 500], 3);
    trialled.judge(|_| true);
    let order: Vec<_> = trialled.asked.iter().map(|probe| probe.stratum).collect();
    let kinds = |stratum: &Stratum| match stratum {
        Stratum::Fits(kinds) => kinds.len(),
        Stratum::CannotSay => 9,
    };
    assert_eq!(order.len(), 40);
    assert!(order.iter().map(kinds).is_sorted_by(|one, other| one >= other), "{order:?}");
    assert_eq!(trialled.status(BOTH).confirmed, 10);
}
