//! Tables as Markdown writes them, aligned for a terminal too, and the progress line.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// A table with a head.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(ToString::to_string).collect()] }
    }

    pub fn row(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    pub fn print(&self) {
        let columns = self.rows[0].len();
        let width = |column: usize| {
            self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (at, row) in self.rows.iter().enumerate() {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
                if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            println!("| {} |", cells.collect::<Vec<_>>().join(" | "));
            if at == 0 {
                let lines = widths.iter().enumerate().map(|(column, width)| {
                    let line = "-".repeat(*width);
                    if column == 0 { format!("{line}--") } else { format!("{line}-:") }
                });
                println!("|{}|", lines.collect::<Vec<_>>().join("|"));
            }
        }
        println!();
    }
}

/// 1234567 as 1,234,567.
pub fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whether a goal is met.
pub fn word(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

/// Microseconds, or milliseconds once they are many.
pub fn time(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        _ if time == Duration::MAX => "-".to_owned(),
        0.0..1_000.0 => format!("{micros:.0} us"),
        1_000.0..100_000.0 => format!("{:.2} ms", micros / 1e3),
        _ => format!("{:.0} ms", micros / 1e3),
    }
}

/// One line on standard error, rewritten; without a terminal, a line now and then.
pub struct Progress {
    start: Instant,
    steps: usize,
    done: usize,
    reported: Option<Instant>,
}

impl Progress {
    pub fn new(steps: usize) -> Self {
        Self { start: Instant::now(), steps, done: 0, reported: None }
    }

    pub fn step(&mut self, what: &str) {
        let watched = stderr().is_terminal();
        let pause = Duration::from_secs(if watched { 0 } else { 10 });
        if self.reported.is_none_or(|reported| reported.elapsed() >= pause) {
            let (seconds, done, steps) = (self.start.elapsed().as_secs(), self.done, self.steps);
            let line = format!("{seconds:>3} s  step {done} of {steps}  {what}");
            let line = if watched { format!("\r\x1b[K{line}") } else { format!("{line}\n") };
            let _ = stderr().write_all(line.as_bytes());
            self.reported = Some(Instant::now());
        }
        self.done += 1;
    }

    pub fn end(&self) {
        if stderr().is_terminal() {
            let _ = stderr().write_all(b"\r\x1b[K");
        }
    }
}
