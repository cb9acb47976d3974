//! Selection of the forms of a scheme that are accepted, compiled.

use super::definition::Scheme;
use super::error::SchemeError;
use super::plan::Plan;

/// Why the selection of forms is invalid.
#[derive(Debug)]
pub(crate) enum NotSelected {
    /// A form that the scheme does not have, or none where one must be selected.
    Form(String),
    Scheme(SchemeError),
}

impl Scheme {
    /// The accepted forms; the error lists the available ones.
    pub(crate) fn selected(&self) -> Result<Vec<Plan>, NotSelected> {
        let names = || {
            let names: Vec<String> = self.form_names().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        };
        for name in self.accept.iter().chain(&self.only) {
            if !self.form_names().any(|known| known == *name) {
                return Err(NotSelected::Form(format!(
                    "{} has no form `{}`: its forms are {}",
                    self.name,
                    name.escape_debug(),
                    names()
                )));
            }
        }
        let selected = self
            .accepted_forms()
            .map(|(name, form)| {
                let mut plan = Plan::compile(form)?;
                plan.form = name;
                Ok(plan)
            })
            .collect::<Result<Vec<_>, SchemeError>>()
            .map_err(NotSelected::Scheme)?;
        if selected.is_empty() {
            return Err(NotSelected::Form(format!(
                "the forms of {} sign different parts of a request, so one must be selected: `.only(\"…\")` or `--form …` with one of {}",
                self.name,
                names()
            )));
        }
        Ok(selected)
    }
}
