//! What is known of one caller and each active alert, for operators.

use serde::{Deserialize, Serialize};

use crate::domain::call::Did;
use crate::domain::phone::Phone;
use crate::sources::directory::{RowIndex, Stratum};

use super::active::Alerts;
use super::board::{ActiveAlert, AlertBoard, Board, Reach, Standing};
use super::evidence::StratumStatus;
use super::status::AlertStatus;

/// What an active alert means for a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerStanding {
    /// The caller has it.
    Alert,
    /// The caller does not have it.
    NoAlert,
    /// The evidence does not decide it.
    Unknown,
    /// The directory does not have the caller, or not his places.
    NotPlaced,
}

/// A caller's customer and an active alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerAlert {
    pub standing: CallerStanding,
    /// The alert; of its strata, only the one of the customer.
    pub alert: AlertStatus,
    /// Whether earlier alerts count in the verdict on the customer's stratum.
    pub rests_on_earlier: bool,
    /// Whether answers of callers have contradicted a verdict on it.
    pub is_revoked: bool,
}

/// A caller, as the directory and the active alerts have him.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerAlerts {
    /// His customers in the directory.
    pub customers: u64,
    /// Whether HubSoft's list of alerts has been read, and not too long ago.
    pub is_current: bool,
    pub alerts: Vec<CallerAlert>,
}

impl Alerts {
    /// What each active alert means for the caller `phone`, who may hide it, at the called number `did`.
    pub fn caller(&self, phone: Option<&Phone>, did: Option<&Did>) -> CallerAlerts {
        let board = self.board();
        let rows = phone.map_or_else(Vec::new, |phone| board.rows(phone));
        let alerts = board.alerts.iter().map(|active| self.meaning(active, &board, &rows, did));
        CallerAlerts {
            customers: rows.len() as u64,
            is_current: board.is_current,
            alerts: alerts.collect(),
        }
    }

    fn meaning(
        &self,
        active: &ActiveAlert,
        board: &Board,
        rows: &[RowIndex],
        did: Option<&Did>,
    ) -> CallerAlert {
        let standing = match &active.reach {
            Reach::Local(reach) if reach.concerns(rows, did) => CallerStanding::Alert,
            Reach::Local(_) => CallerStanding::NoAlert,
            Reach::Strata { .. } | Reach::Unplaced => {
                board.standing(rows, |other| other.epoch == active.epoch).into()
            }
        };
        let stratum = self.stratum(active, rows);
        let seen_s_ago = self.now().saturating_duration_since(active.seen).as_secs();
        CallerAlert {
            standing,
            rests_on_earlier: stratum.as_ref().is_some_and(|one| one.rests_on_earlier),
            is_revoked: stratum.as_ref().is_some_and(|one| one.is_revoked),
            alert: AlertStatus::new(active, seen_s_ago, stratum.as_slice()),
        }
    }

    /// The stratum of the caller's customers; of several, the one with most kinds.
    fn stratum(&self, active: &ActiveAlert, rows: &[RowIndex]) -> Option<StratumStatus> {
        let strata = rows.iter().filter_map(|row| active.stratum(*row));
        let kinds = |stratum: &Stratum| match stratum {
            Stratum::Fits(kinds) => kinds.len() + 1,
            Stratum::CannotSay => 0,
        };
        let own = strata.max_by_key(kinds)?;
        let mut statuses = self.evidence.status(active.epoch).into_iter();
        statuses.find(|status| status.stratum == own)
    }
}

impl From<Standing> for CallerStanding {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Alert => Self::Alert,
            Standing::NoAlert => Self::NoAlert,
            Standing::Unknown => Self::Unknown,
            Standing::CannotSay => Self::NotPlaced,
        }
    }
}
