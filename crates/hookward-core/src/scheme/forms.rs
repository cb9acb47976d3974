//! Forms: which forms a scheme has, and which of them are accepted.

use std::borrow::Cow;

use super::definition::Scheme;
use super::text::Text;

impl Scheme {
    /// All forms of the scheme, each with its name from [`form`](Self::form).
    pub fn forms(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.or.iter())
    }

    /// The name of each form. An unnamed form in [`or`](Self::or) is named after its
    /// position: `form-2`.
    pub fn form_names(&self) -> impl Iterator<Item = Text> {
        self.forms().enumerate().map(|(at, form)| match at {
            0 => form.form.clone(),
            at if form.form == "default" => Cow::Owned(format!("form-{}", at + 1)),
            _ => form.form.clone(),
        })
    }

    /// The accepted forms, each with its name: those that are not
    /// [`opt_in`](Self::opt_in), and those that the operator named.
    pub fn accepted_forms(&self) -> impl Iterator<Item = (Text, &Self)> {
        self.form_names()
            .zip(self.forms())
            .filter(|(name, form)| match &self.only {
                Some(only) => name == only,
                None => !form.opt_in || self.accept.contains(name),
            })
    }

    /// Accepts an additional form, which is off by default.
    ///
    /// ```
    /// use hookward::{Key, Verifier, providers};
    ///
    /// // Agora sends SHA-1 with SHA-256, for receivers that support nothing else.
    /// let scheme = providers::AGORA.accept("v1");
    /// let verifier = Verifier::new(scheme, Key::new("secret")?)?;
    /// # let _ = verifier;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn accept(mut self, form: impl Into<Text>) -> Self {
        self.accept.to_mut().push(form.into());
        self
    }

    /// Accepts only this form. Required if forms sign different parts of a request, so
    /// that unsigned data cannot select what is signed.
    ///
    /// ```
    /// use hookward::{ConfigError, Key, Trust, Verifier, providers};
    ///
    /// let key = || Key::new("secret");
    /// let undecided = Verifier::new(providers::VONAGE_SMS_SHA256, key()?);
    /// assert!(matches!(undecided, Err(ConfigError::Form(_))));
    /// let query = providers::VONAGE_SMS_SHA256.only("query").trust(Trust::AsSent);
    /// assert!(Verifier::new(query, key()?).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn only(mut self, form: impl Into<Text>) -> Self {
        self.only = Some(form.into());
        self
    }
}
