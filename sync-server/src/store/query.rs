//! SQL with its values, and rows of values: all that the two databases have in common.

use super::{Result, StoreError};

/// A value of a column; `None` is NULL, which in PostgreSQL has a type too.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Integer(Option<i64>),
    Real(Option<f64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(Some(value))
    }
}

impl From<Option<f64>> for Value {
    fn from(value: Option<f64>) -> Self {
        Self::Real(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Some(value).into()
    }
}

impl From<Option<&str>> for Value {
    /// PostgreSQL stores no NUL in texts: none is stored anywhere, so that none is found either.
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(|text| text.replace('\0', "\u{fffd}")))
    }
}

/// A statement with the values of its parameters `$1`, `$2`, …
#[derive(Debug)]
pub(super) struct Query {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Query {
    pub(super) fn new(sql: &str) -> Self {
        Self { sql: sql.to_owned(), values: Vec::new() }
    }

    /// Gives the next parameter its value.
    pub(super) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Continues the statement.
    pub(super) fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Continues the statement with a new parameter.
    pub(super) fn push_value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let number = self.values.len().to_string();
        self.push("$").push(&number)
    }

    /// Continues the statement with `(…)` of new parameters.
    pub(super) fn push_list(&mut self, texts: &[String]) -> &mut Self {
        for (index, text) in texts.iter().enumerate() {
            self.push(if index == 0 { "(" } else { ", " }).push_value(text.as_str());
        }
        self.push(")")
    }
}

/// A row of an answer.
#[derive(Debug)]
pub(super) struct Row(pub(super) Vec<Value>);

impl Row {
    pub(super) fn integer(&self, column: usize) -> Result<i64> {
        match self.0.get(column) {
            Some(Value::Integer(Some(value))) => Ok(*value),
            _ => Err(unexpected(column, "a number")),
        }
    }

    /// Returns a number that is NULL where an outer join found nothing.
    pub(super) fn optional_integer(&self, column: usize) -> Option<i64> {
        match self.0.get(column) {
            Some(Value::Integer(value)) => *value,
            _ => None,
        }
    }

    /// Takes the bytes out of the row.
    pub(super) fn into_bytes(self, column: usize) -> Result<Vec<u8>> {
        match self.0.into_iter().nth(column) {
            Some(Value::Bytes(Some(bytes))) => Ok(bytes),
            _ => Err(unexpected(column, "a row of bytes")),
        }
    }

    pub(super) fn text(&self, column: usize) -> Result<&str> {
        self.optional_text(column).ok_or_else(|| unexpected(column, "a text"))
    }

    pub(super) fn optional_text(&self, column: usize) -> Option<&str> {
        match self.0.get(column) {
            Some(Value::Text(value)) => value.as_deref(),
            _ => None,
        }
    }
}

fn unexpected(column: usize, wanted: &str) -> StoreError {
    StoreError::Database(format!("column {column} of an answer is not {wanted}").into())
}
