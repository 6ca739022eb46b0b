//! Asks for HubSoft's address and credentials, and makes the configuration of them.

use std::path::Path;

use zeroize::Zeroizing;

use crate::domain::phone::Ddd;
use crate::runtime::language::{Message, Text};
use crate::runtime::secret::Secret;
use crate::sources::reasons::RefusedCredentials;

use super::super::Failed;
use super::address::{ApiAddress, api_address};
use super::configuration_text::{ConfigurationText, quoted};
use super::interview::{Interview, Question, visible};
use super::present::{PresentSecret, PresentSettings};
use super::texts;

/// The user of the shipped examples.
const EXAMPLE_USER: &str = "api@example.com";

/// A secret: a new one, or none to keep the present one.
pub(super) struct AskedSecret {
    pub(super) key: &'static str,
    pub(super) file_key: &'static str,
    pub(super) present: PresentSecret,
    pub(super) new: Option<Secret>,
}

/// What was answered so far.
pub(super) struct HubsoftAnswers {
    address: ApiAddress,
    client_id: String,
    username: String,
    default_ddd: Option<String>,
    pub(super) client_secret: AskedSecret,
    pub(super) password: AskedSecret,
}

/// Where a configuration has its new secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretPlace {
    Files,
    /// In the text itself, which is not written anywhere.
    Inside,
}

impl HubsoftAnswers {
    /// Asks everything, and proposes what is `present`.
    pub(super) async fn ask(
        interview: &Interview,
        present: PresentSettings,
    ) -> Result<Self, Failed> {
        let secret = |key, file_key, present| AskedSecret { key, file_key, present, new: None };
        let address = ask_address(interview, present.base_url.as_deref()).await?;
        let mut answers = Self {
            address,
            client_id: present.client_id.unwrap_or_default(),
            username: present.username.unwrap_or_default(),
            default_ddd: present.default_ddd,
            client_secret: secret("client_secret", "client_secret_file", present.client_secret),
            password: secret("password", "password_file", present.password),
        };
        interview.say(texts::WHERE_CREDENTIALS);
        answers.ask_client(interview).await?;
        answers.ask_user(interview).await?;
        answers.ask_ddd(interview).await?;
        Ok(answers)
    }

    /// Asks for the address again.
    pub(super) async fn ask_address(&mut self, interview: &Interview) -> Result<(), Failed> {
        self.address = ask_address(interview, Some(&self.address.url)).await?;
        Ok(())
    }

    /// Asks again for what was refused.
    pub(super) async fn ask_refused(
        &mut self,
        interview: &Interview,
        refused: Option<RefusedCredentials>,
    ) -> Result<(), Failed> {
        if refused != Some(RefusedCredentials::User) {
            self.ask_client(interview).await?;
        }
        if refused != Some(RefusedCredentials::Client) {
            self.ask_user(interview).await?;
        }
        Ok(())
    }

    async fn ask_client(&mut self, interview: &Interview) -> Result<(), Failed> {
        self.client_id =
            ask_name(interview, "client_id", texts::CLIENT_ID, &self.client_id).await?;
        self.client_secret.ask(interview, texts::CLIENT_SECRET).await
    }

    async fn ask_user(&mut self, interview: &Interview) -> Result<(), Failed> {
        self.username = ask_name(interview, "username", texts::USERNAME, &self.username).await?;
        self.password.ask(interview, texts::PASSWORD).await
    }

    async fn ask_ddd(&mut self, interview: &Interview) -> Result<(), Failed> {
        let default = Some(self.default_ddd.as_deref().unwrap_or_default());
        let question = Question { key: "default_ddd", text: texts::DEFAULT_DDD.into(), default };
        let check = |typed: &str| match typed {
            "" => Ok(None),
            typed if Ddd::parse(typed).is_some() => Ok(Some(typed.to_owned())),
            typed => Err(texts::DDD_WRONG.message(&[("typed", &visible(typed))])),
        };
        let ddd = interview.ask(&question, check).await?;
        self.default_ddd = ddd;
        Ok(())
    }

    /// The configuration `base` with these answers. What cannot be changed by lines is an error.
    pub(super) fn configuration(
        &self,
        base: &str,
        path: &Path,
        secrets: SecretPlace,
    ) -> Result<Zeroizing<String>, Failed> {
        const SECTION: &str = "hubsoft";
        let mut text = ConfigurationText::new(base);
        text.set(SECTION, "base_url", &self.address.url);
        if self.address.is_plain {
            text.set_true(SECTION, "insecure_http");
        }
        text.set(SECTION, "client_id", &self.client_id);
        text.set(SECTION, "username", &self.username);
        if let Some(ddd) = &self.default_ddd {
            text.set("numbers", "default_ddd", ddd);
        }
        for secret in [&self.client_secret, &self.password] {
            secret.put_into(&mut text, SECTION, secrets);
        }
        let text = Zeroizing::new(text.text());
        let by_hand = || texts::BY_HAND.message(&[("path", &path.display())]);
        let read = PresentSettings::read(&text, path);
        let read = read.map_err(|_| Failed::configuration(by_hand()))?;
        let is_same = |read: Option<String>, own: &str| read.as_deref() == Some(own);
        let is_whole = is_same(read.base_url, &self.address.url)
            && is_same(read.client_id, &self.client_id)
            && is_same(read.username, &self.username)
            && self.default_ddd.as_ref().is_none_or(|ddd| is_same(read.default_ddd, ddd));
        if is_whole { Ok(text) } else { Err(Failed::configuration(by_hand())) }
    }

    /// Whether a secret stays in the configuration itself.
    pub(super) fn keeps_secret_inside(&self) -> bool {
        let both = [&self.client_secret, &self.password];
        both.iter().any(|asked| asked.new.is_none() && asked.present == PresentSecret::Inside)
    }

    /// The settings as they will be, without secrets.
    pub(super) fn shown(&self) -> Vec<String> {
        let settings = [
            ("base_url", Some(&self.address.url)),
            ("client_id", Some(&self.client_id)),
            ("username", Some(&self.username)),
            ("default_ddd", self.default_ddd.as_ref()),
        ];
        let line =
            |(key, value): (&str, Option<&String>)| Some(format!("{key} = {}", quoted(value?)));
        settings.into_iter().filter_map(line).collect()
    }

    /// The new secrets.
    pub(super) fn new_secrets(&self) -> impl Iterator<Item = (&AskedSecret, &Secret)> {
        let both = [&self.client_secret, &self.password].into_iter();
        both.filter_map(|asked| Some((asked, asked.new.as_ref()?)))
    }
}

impl AskedSecret {
    async fn ask(&mut self, interview: &Interview, text: Text) -> Result<(), Failed> {
        let has_one = self.new.is_some() || self.present.is_there();
        if let Some(new) = interview.ask_secret(self.key, text, has_one).await? {
            self.new = Some(new);
        }
        Ok(())
    }

    fn put_into(&self, text: &mut ConfigurationText, section: &str, place: SecretPlace) {
        let Some(new) = &self.new else { return };
        match (place, &self.present) {
            (SecretPlace::Inside, _) => {
                text.remove(section, self.file_key);
                text.set(section, self.key, new.reveal());
            }
            (SecretPlace::Files, PresentSecret::File(_)) => {}
            (SecretPlace::Files, PresentSecret::Absent | PresentSecret::Inside) => {
                text.remove(section, self.key);
                text.set(section, self.file_key, self.key);
            }
        }
    }
}

async fn ask_address(interview: &Interview, present: Option<&str>) -> Result<ApiAddress, Failed> {
    let question = Question { key: "base_url", text: texts::BASE_URL.into(), default: present };
    let address = interview.ask(&question, api_address).await?;
    interview.say(texts::ADDRESS_MEANT.message(&[("url", &address.url)]));
    Ok(address)
}

async fn ask_name(
    interview: &Interview,
    key: &'static str,
    text: Text,
    present: &str,
) -> Result<String, Failed> {
    let default = Some(present).filter(|present| !present.is_empty());
    let question = Question { key, text: text.into(), default };
    interview
        .ask(&question, |typed| {
            let wrong: Option<Message> = match typed.trim() {
                "" => Some(texts::NAME_EMPTY.into()),
                typed if typed.contains(char::is_control) => Some(texts::NAME_CONTROL.into()),
                EXAMPLE_USER => Some(texts::NAME_EXAMPLE.into()),
                _ => None,
            };
            wrong.map_or_else(|| Ok(typed.trim().to_owned()), Err)
        })
        .await
}
