//! A query, and what counts as its answer.

use std::fmt;

use crate::fold::fold;
use crate::geo::Point;

/// Metres within which an answer is at the place that was meant.
pub const HOUSE_RADIUS_M: f64 = 100.0;

/// A question of one class with what would be right.
#[derive(Debug, Clone)]
pub struct Case {
    /// Class, as it stands in the table.
    pub class: &'static str,
    /// What is asked.
    pub question: Question,
    /// What is right.
    pub truth: Truth,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Question {
    /// A forward search.
    Search {
        /// Text as typed.
        query: String,
        /// Language asked for, as ISO 639-1 code.
        language: Option<String>,
    },
    /// A forward search, asked again after every character: counts keystrokes.
    Typing {
        /// Text when it is typed in full.
        query: String,
    },
    /// What is at a point.
    Reverse {
        /// The point.
        point: Point,
        /// Only things of this kind are wanted.
        only: Option<Kind>,
    },
}

impl Question {
    /// A search for a text, in no particular language.
    pub fn search(query: String) -> Self {
        Self::Search { query, language: None }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Search { query, language: Some(language) } => write!(f, "{query} ({language})"),
            Self::Search { query, .. } | Self::Typing { query } => f.write_str(query),
            Self::Reverse { point, .. } => write!(f, "@{:.6},{:.6}", point.lat, point.lon),
        }
    }
}

/// What an answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A house: a street with a number.
    House,
    /// A street without a number.
    Street,
    /// A city, town, village or municipality.
    City,
    /// An airport.
    Airport,
    /// A country.
    Country,
    /// A first-level region.
    Region,
    /// A railway station.
    Station,
}

/// An answer of the engine, in words that do not depend on it.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Kind, where it is one that is asked for.
    pub kind: Option<Kind>,
    /// Name of the place, or of the street without its number.
    pub name: String,
    /// House number with its suffix, or empty.
    pub number: String,
    /// Postcodes.
    pub postcodes: Vec<String>,
    /// Where it is.
    pub at: Option<Point>,
}

/// Where something is.
#[derive(Debug, Clone)]
pub enum Shape {
    /// A point.
    Point(Point),
    /// Along a line.
    Line(Vec<Point>),
    /// Between a south-western and a north-eastern corner.
    Box(Point, Point),
}

impl Shape {
    fn distance_m(&self, point: Point) -> f64 {
        match self {
            Self::Point(at) => at.distance_m(point),
            Self::Line(line) => point.distance_to_line_m(line),
            Self::Box(low, high) => {
                let lat = point.lat.clamp(low.lat, high.lat);
                let lon = point.lon.clamp(low.lon, high.lon);
                point.distance_m(Point { lat, lon })
            }
        }
    }
}

/// What is right: an answer of the kind, with one of the names (equal after [`fold`]), the number
/// and the postcode if there is one, at most `radius_m` from one of the shapes.
#[derive(Debug, Clone)]
pub struct Truth {
    /// Kind of the answer.
    pub kind: Kind,
    /// Names, folded.
    pub names: Vec<String>,
    /// House number, folded; empty when none is expected, which forbids one for streets.
    pub number: String,
    /// Postcode that the answer must have; empty when any will do.
    pub postcode: String,
    /// Objects of the source that equally match the query.
    pub shapes: Vec<Shape>,
    /// Greatest distance.
    pub radius_m: f64,
    /// What people read in the list of misses.
    pub label: String,
}

impl Truth {
    /// Whether an answer is right.
    pub fn accepts(&self, answer: &Answer) -> bool {
        let Some(at) = answer.at else { return false };
        answer.kind == Some(self.kind)
            && fold(&answer.number) == self.number
            && self.names.contains(&fold(&answer.name))
            && (self.postcode.is_empty() || answer.postcodes.contains(&self.postcode))
            && self.shapes.iter().any(|shape| shape.distance_m(at) <= self.radius_m)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_right_by_kind_name_number_and_place_together() {
        let at = Point { lat: 47.141, lon: 9.521 };
        let truth = Truth {
            kind: Kind::House,
            names: vec![fold("Äulestrasse")],
            number: "12a".into(),
            postcode: String::new(),
            shapes: vec![Shape::Point(at)],
            radius_m: HOUSE_RADIUS_M,
            label: String::new(),
        };
        let answer = Answer {
            kind: Some(Kind::House),
            name: "äulestraße".into(),
            number: "12 A".into(),
            postcodes: Vec::new(),
            at: Some(at.shifted(99.0, 0.0)),
        };
        assert!(truth.accepts(&answer));
        let wrong = [
            Answer { kind: Some(Kind::Street), ..answer.clone() },
            Answer { name: "Aeulestrasse".into(), ..answer.clone() },
            Answer { number: "12".into(), ..answer.clone() },
            Answer { at: Some(at.shifted(101.0, 0.0)), ..answer },
        ];
        assert!(wrong.iter().all(|answer| !truth.accepts(answer)));
    }

    #[test]
    fn a_box_is_near_everything_beside_it() {
        let low = Point { lat: 64.0, lon: -22.0 };
        let shape = Shape::Box(low, low.shifted(1_000.0, 1_000.0));
        assert!(shape.distance_m(low.shifted(500.0, 500.0)) < 1.0);
        assert!((shape.distance_m(low.shifted(500.0, -80.0)) - 80.0).abs() < 0.5);
    }
}
