//! Where in a file its mutants are.

use std::collections::HashMap;
use std::ops::Range;

use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr};

use crate::{Mutant, Place};

/// A number and what it puts there.
pub(crate) type Alternative = (u32, String);

/// A place in the source, in bytes.
pub(crate) struct Site {
    pub(crate) range: Range<usize>,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    /// Before the first statement of a function: other results.
    Body(Vec<Alternative>),
    /// The statements of a function whose result is an `impl Iterator`: no items, or another one.
    Iterator(Vec<(u32, Option<String>)>),
    /// Other operators.
    Binary {
        operator: Range<usize>,
        alternatives: Vec<Alternative>,
    },
    /// Without its operator.
    Unary { operand: Range<usize>, number: u32 },
    /// The guard of an arm, with the value that replaces it; and the number that deletes the arm.
    Guard {
        alternatives: Vec<Alternative>,
        deleted: Option<u32>,
    },
    /// After the pattern of an arm without a guard: it is deleted.
    Arm(u32),
    /// The value of a field; `base` is what gives the field if it is deleted.
    Field {
        number: u32,
        name: String,
        base: Range<usize>,
    },
}

/// What was found of the mutants of a file; what does not fit is in neither.
pub(crate) struct Found {
    pub(crate) sites: Vec<Site>,
    /// What is no Rust: `let` within an `||`.
    pub(crate) wrong: Vec<u32>,
}

pub(crate) fn find(source: &str, mutants: &[(u32, &Mutant)]) -> syn::Result<Found> {
    let mut listed: HashMap<_, Vec<(u32, &Mutant)>> = HashMap::new();
    for &(number, mutant) in mutants {
        let whole = (
            mutant.genre.as_str(),
            mutant.span.start.into(),
            mutant.span.end.into(),
        );
        listed.entry(whole).or_default().push((number, mutant));
    }
    let mut lines = vec![0];
    lines.extend(source.match_indices('\n').map(|(at, _)| at + 1));
    let mut finder = Finder {
        source,
        lines,
        listed,
        sites: Vec::new(),
        wrong: Vec::new(),
        is_const: false,
    };
    finder.visit_file(&syn::parse_file(source)?);
    Ok(Found {
        sites: finder.sites,
        wrong: finder.wrong,
    })
}

impl From<Place> for LineColumnKey {
    fn from(place: Place) -> Self {
        Self(place.line, place.column)
    }
}

#[derive(PartialEq, Eq, Hash, Clone, Copy)]
struct LineColumnKey(usize, usize);

impl From<LineColumn> for LineColumnKey {
    fn from(place: LineColumn) -> Self {
        Self(place.line, place.column + 1)
    }
}

struct Finder<'a> {
    source: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    listed: HashMap<(&'a str, LineColumnKey, LineColumnKey), Vec<(u32, &'a Mutant)>>,
    sites: Vec<Site>,
    wrong: Vec<u32>,
    /// In what is computed while compiling.
    is_const: bool,
}

impl Finder<'_> {
    fn at(&self, place: LineColumn) -> usize {
        let start = self.lines[place.line - 1];
        let line = &self.source[start..];
        start
            + line
                .char_indices()
                .nth(place.column)
                .map_or(line.len(), |(at, _)| at)
    }

    fn range(&self, node: &impl Spanned) -> Range<usize> {
        let span = node.span();
        self.at(span.start())..self.at(span.end())
    }

    fn mutants(
        &self,
        genre: &'static str,
        start: LineColumn,
        end: LineColumn,
    ) -> Vec<(u32, &Mutant)> {
        if self.is_const {
            return Vec::new();
        }
        self.listed
            .get(&(genre, start.into(), end.into()))
            .cloned()
            .unwrap_or_default()
    }

    fn of(&self, genre: &'static str, node: &impl Spanned) -> Vec<Alternative> {
        let span = node.span();
        self.mutants(genre, span.start(), span.end())
            .into_iter()
            .map(|(number, mutant)| (number, mutant.replacement.clone()))
            .collect()
    }

    fn push(&mut self, range: Range<usize>, kind: Kind) {
        self.sites.push(Site { range, kind });
    }

    fn function(&mut self, is_const: bool, block: &syn::Block, within: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.is_const, is_const);
        if let (Some(first), Some(last)) = (block.stmts.first(), block.stmts.last()) {
            let (start, end) = (first.span().start(), last.span().end());
            let mut results = Vec::new();
            let mut iterators = Vec::new();
            for (number, mutant) in self.mutants("FnValue", start, end) {
                let of = mutant
                    .function
                    .as_ref()
                    .and_then(|it| it.return_type.as_deref())
                    .unwrap_or_default();
                let item = || {
                    mutant
                        .replacement
                        .strip_prefix("::std::iter::once(")?
                        .strip_suffix(')')
                };
                if !of.contains("impl ") {
                    results.push((number, mutant.replacement.clone()));
                } else if of.starts_with("-> impl Iterator")
                    && mutant.replacement == "::std::iter::empty()"
                {
                    iterators.push((number, None));
                } else if of.starts_with("-> impl Iterator")
                    && let Some(item) = item()
                {
                    iterators.push((number, Some(item.to_owned())));
                }
            }
            let (start, end) = (self.at(start), self.at(end));
            if !results.is_empty() {
                self.push(start..start, Kind::Body(results));
            }
            if !iterators.is_empty() {
                self.push(start..end, Kind::Iterator(iterators));
            }
        }
        within(self);
        self.is_const = outside;
    }

    fn constant(&mut self, within: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.is_const, true);
        within(self);
        self.is_const = outside;
    }
}

/// Whether an expression is part of a chain of conditions with `let`, which can only be joined by `&&`.
fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => {
            has_let(&binary.left) || has_let(&binary.right)
        }
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(item.sig.constness.is_some(), &item.block, |it| {
            visit::visit_item_fn(it, item)
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(item.sig.constness.is_some(), &item.block, |it| {
            visit::visit_impl_item_fn(it, item)
        });
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(false, block, |it| visit::visit_trait_item_fn(it, item));
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant(|it| visit::visit_item_const(it, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.constant(|it| visit::visit_impl_item_const(it, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant(|it| visit::visit_item_static(it, item));
    }

    fn visit_expr_const(&mut self, expr: &'ast syn::ExprConst) {
        self.constant(|it| visit::visit_expr_const(it, expr));
    }

    fn visit_expr_repeat(&mut self, expr: &'ast syn::ExprRepeat) {
        self.visit_expr(&expr.expr);
        self.constant(|it| it.visit_expr(&expr.len));
    }

    fn visit_type(&mut self, item: &'ast syn::Type) {
        self.constant(|it| visit::visit_type(it, item));
    }

    fn visit_generic_argument(&mut self, argument: &'ast syn::GenericArgument) {
        self.constant(|it| visit::visit_generic_argument(it, argument));
    }

    fn visit_expr_binary(&mut self, expr: &'ast syn::ExprBinary) {
        let alternatives = self.of("BinaryOperator", &expr.op);
        if has_let(&expr.left) || has_let(&expr.right) {
            self.wrong
                .extend(alternatives.into_iter().map(|(number, _)| number));
        } else if !alternatives.is_empty() {
            let operator = self.range(&expr.op);
            self.push(
                self.range(expr),
                Kind::Binary {
                    operator,
                    alternatives,
                },
            );
        }
        visit::visit_expr_binary(self, expr);
    }

    fn visit_expr_unary(&mut self, expr: &'ast syn::ExprUnary) {
        if let [(number, _)] = self.of("UnaryOperator", &expr.op)[..] {
            let operand = self.range(&expr.expr);
            self.push(self.range(expr), Kind::Unary { operand, number });
        }
        visit::visit_expr_unary(self, expr);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let deleted = self.of("MatchArm", arm).first().map(|(number, _)| *number);
        match &arm.guard {
            Some((_, guard)) => {
                let alternatives = self.of("MatchArmGuard", guard);
                if !alternatives.is_empty() || deleted.is_some() {
                    self.push(
                        self.range(guard),
                        Kind::Guard {
                            alternatives,
                            deleted,
                        },
                    );
                }
            }
            None => {
                if let Some(number) = deleted {
                    let end = self.range(&arm.pat).end;
                    self.push(end..end, Kind::Arm(number));
                }
            }
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, expr: &'ast syn::ExprStruct) {
        if let Some(base) = &expr.rest {
            for field in &expr.fields {
                if let ([(number, _)], syn::Member::Named(name), Some(_)) = (
                    &self.of("StructField", field)[..],
                    &field.member,
                    field.colon_token,
                ) {
                    let (number, name, base) = (*number, name.to_string(), self.range(base));
                    self.push(self.range(&field.expr), Kind::Field { number, name, base });
                }
            }
        }
        visit::visit_expr_struct(self, expr);
    }
}
