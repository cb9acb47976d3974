//! How the errors of this module show themselves.

use super::{ParseRequestPartError, SchemeError, TemplateError};

crate::text::debug_as_display!(ParseRequestPartError, SchemeError, TemplateError);
