//! The error of templates, which shows the position.

use std::fmt;

/// Why a template does not parse, with the position.
///
/// The `Display` form shows the template with a mark under the position and says what to
/// write instead.
#[derive(Clone, PartialEq, Eq)]
pub struct TemplateError {
    template: String,
    start: usize,
    length: usize,
    problem: String,
    help: String,
}

impl TemplateError {
    pub(crate) fn new(
        template: &str,
        start: usize,
        length: usize,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            template: template.to_owned(),
            start,
            length,
            problem: problem.into(),
            help: help.into(),
        }
    }

    /// The byte offset in the template where the problem starts.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.start
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Control characters are shown as a space each, so that the mark is at its
        // position.
        let shown: String = self
            .template
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let before = self
            .template
            .get(..self.start)
            .map_or(0, |t| t.chars().count());
        write!(
            f,
            "{}\n  {shown}\n  {:before$}{}\n{}",
            self.problem,
            "",
            "^".repeat(self.length.max(1)),
            self.help,
        )
    }
}

impl std::error::Error for TemplateError {}

crate::text::debug_as_display!(TemplateError);
