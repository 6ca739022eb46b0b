//! All customers: those that a test has listed one by one, then the generated ones.

use serde_json::Value;

use super::population::GeneratedCustomers;

/// What a phone number is compared by: the last digits, which every form of it has.
const PHONE_ENDING: usize = 8;

#[derive(Default)]
pub(super) struct CustomerRegistry {
    pub(super) listed: Vec<Value>,
    pub(super) generated: Option<GeneratedCustomers>,
}

impl CustomerRegistry {
    pub(super) fn len(&self) -> usize {
        self.listed.len() + self.generated.as_ref().map_or(0, GeneratedCustomers::len)
    }

    /// The indexes of the generated customers whom a search may find. Only numbers of eight digits or
    /// more, codes and ids lead to one; other searches find listed customers only.
    pub(super) fn generated_for(&self, by: &str, term: &str) -> Vec<u32> {
        let Some(generated) = &self.generated else { return Vec::new() };
        let number = || term.parse().ok();
        match by {
            "codigo_cliente" => {
                number().and_then(|code| generated.by_code(code)).into_iter().collect()
            }
            "id_cliente" => number().and_then(|id| generated.by_id(id)).into_iter().collect(),
            "telefone" => {
                let digits: String = term.chars().filter(char::is_ascii_digit).collect();
                let start = digits.len().checked_sub(PHONE_ENDING);
                let ending = start.and_then(|start| digits[start..].parse().ok());
                ending.map_or_else(Vec::new, |ending| generated.by_phone_ending(ending))
            }
            _ => Vec::new(),
        }
    }
}
