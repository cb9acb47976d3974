//! The text of a file with its mutants.

use std::cmp::Reverse;
use std::ops::Range;

use crate::sites::{Kind, Site};

const ON: &str = "::hookward_mutant::on";

/// Where a mutant is in the new text.
pub(crate) struct Written {
    pub(crate) number: u32,
    /// What it does instead.
    pub(crate) text: Range<usize>,
    /// All that was put in for this place of the source.
    pub(crate) site: Range<usize>,
}

/// At most one mutant is on: within what one does instead, the source is as it was, and the rest has the others.
pub(crate) fn rewrite(source: &str, mut sites: Vec<Site>) -> (String, Vec<Written>) {
    sites.sort_by_key(|site| {
        (
            site.range.start,
            !site.range.is_empty(),
            Reverse(site.range.end),
        )
    });
    let mut writer = Writer {
        source,
        text: String::new(),
        written: Vec::new(),
    };
    writer.within(0..source.len(), &sites);
    (writer.text, writer.written)
}

struct Writer<'a> {
    source: &'a str,
    text: String,
    written: Vec<Written>,
}

impl Writer<'_> {
    /// A part of the source with the sites in it.
    fn within(&mut self, range: Range<usize>, sites: &[Site]) {
        let mut at = range.start;
        let mut rest = sites;
        while let [site, following @ ..] = rest {
            let inner = following
                .iter()
                .take_while(|it| it.range.start < site.range.end && !site.range.is_empty())
                .count();
            let (inner, following) = following.split_at(inner);
            self.text.push_str(&self.source[at..site.range.start]);
            self.site(site, inner);
            at = site.range.end;
            rest = following;
        }
        self.text.push_str(&self.source[at..range.end]);
    }

    fn instead(&mut self, number: u32, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        let text = start..self.text.len();
        self.written.push(Written {
            number,
            site: text.clone(),
            text,
        });
    }

    fn site(&mut self, site: &Site, inner: &[Site]) {
        let start = self.text.len();
        let first = self.written.len();
        let source = self.source;
        let Range {
            start: from,
            end: to,
        } = site.range;
        let mut own = Vec::new();
        match &site.kind {
            Kind::Body(alternatives) => {
                for (number, replacement) in alternatives {
                    own.push(*number);
                    self.text.push_str(&format!("if {ON}({number}) {{ "));
                    self.instead(*number, &format!("return {replacement};"));
                    self.text.push_str(" } ");
                }
            }
            // All items must be of one type, so that the iterator stays and others are added.
            Kind::Iterator(alternatives) => {
                self.text.push_str("({ ");
                self.within(site.range.clone(), inner);
                self.text.push_str(" })");
                for (number, item) in alternatives {
                    own.push(*number);
                    let item = item
                        .as_ref()
                        .map(|item| format!(".chain({ON}({number}).then(|| {item}))"));
                    let item = item.unwrap_or_default();
                    self.instead(*number, &format!(".filter(move |_| !{ON}({number})){item}"));
                }
            }
            Kind::Binary {
                operator,
                alternatives,
            } => {
                self.text.push('(');
                for (number, replacement) in alternatives {
                    own.push(*number);
                    let (left, right) = (&source[from..operator.start], &source[operator.end..to]);
                    self.text.push_str(&format!("if {ON}({number}) {{ "));
                    self.instead(*number, &format!("{left}{replacement}{right}"));
                    self.text.push_str(" } else ");
                }
                self.text.push_str("{ ");
                self.within(site.range.clone(), inner);
                self.text.push_str(" })");
            }
            Kind::Unary { operand, number } => {
                own.push(*number);
                self.text.push_str(&format!("(if {ON}({number}) {{ "));
                self.instead(*number, &source[operand.clone()]);
                self.text.push_str(" } else { ");
                self.within(site.range.clone(), inner);
                self.text.push_str(" })");
            }
            Kind::Guard {
                alternatives,
                deleted,
            } => {
                self.text.push('(');
                if let Some(number) = deleted {
                    own.push(*number);
                    self.instead(*number, &format!("!{ON}({number}) && "));
                }
                self.text.push('(');
                for (value, [before, after]) in [("true", ["", " || "]), ("false", ["!", " && "])] {
                    if let Some((number, _)) = alternatives.iter().find(|(_, it)| it == value) {
                        own.push(*number);
                        self.instead(*number, &format!("{before}{ON}({number}){after}"));
                    }
                }
                self.text.push('(');
                self.within(site.range.clone(), inner);
                self.text.push_str(")))");
            }
            Kind::Arm(number) => {
                own.push(*number);
                self.instead(*number, &format!(" if !{ON}({number})"));
            }
            Kind::Field { number, name, base } => {
                own.push(*number);
                self.text.push_str(&format!("if {ON}({number}) {{ "));
                self.instead(*number, &format!("({}).{name}", &source[base.clone()]));
                self.text.push_str(" } else { ");
                self.within(site.range.clone(), inner);
                self.text.push_str(" }");
            }
        }
        let whole = start..self.text.len();
        for written in &mut self.written[first..] {
            if own.contains(&written.number) {
                written.site = whole.clone();
            }
        }
    }
}
