//! Classes of reverse queries.

use crate::case::{Kind, Question, Shape, Truth};
use crate::fold::fold;
use crate::geo::{Point, bounds};
use crate::random::Random;
use crate::records::{Address, Dataset};
use crate::sampling::Sampler;

/// Nearest and farthest that somebody stands from the house that is meant.
const BESIDE_M: (f64, f64) = (1.0, 5.0);
/// Nothing else may be nearer than the house by that much.
const MARGIN_M: f64 = 2.0;
/// Points this near to a boundary are not asked for: simplified boundaries may differ there.
const BOUNDARY_MARGIN_M: f64 = 50.0;

/// Makes all classes of a country's addresses and municipalities.
pub fn add(sampler: &mut Sampler, data: &Dataset) {
    let grid = Grid::new(data);
    houses(sampler, data, &grid, "reverse: house", None);
    houses(sampler, data, &grid, "reverse: house, streets only", Some(Kind::House));
    municipalities(sampler, data);
}

fn houses(
    sampler: &mut Sampler,
    data: &Dataset,
    grid: &Grid,
    class: &'static str,
    only: Option<Kind>,
) {
    sampler.class(class, &data.addresses, |a, random| {
        let at = *random.pick(&a.points)?;
        let point = beside(at, random);
        let nearest = grid.near(point).map(|(at, _)| at.distance_m(point)).fold(f64::MAX, f64::min);
        let mut truth = data.house(a, true, true);
        truth.shapes = vec![Shape::Point(at)];
        let is_nearest = point.distance_m(at) <= nearest + 0.01;
        let others = grid.near(point).filter(|(at, index)| {
            let other = data.addresses.get(*index);
            let is_other = other.is_some_and(|other| !same_house(other, a));
            is_other && at.distance_m(point) < nearest + MARGIN_M
        });
        let question = Question::Reverse { point, only };
        (is_nearest && others.count() == 0).then_some((question, truth))
    });
}

fn municipalities(sampler: &mut Sampler, data: &Dataset) {
    if let Some((low, high)) = country_box(data) {
        let boxes = vec![(low, high); sampler.n_queries()];
        sampler.class("reverse: municipality", &boxes, |(low, high), random| {
            let point = Point {
                lat: low.lat + random.unit() * (high.lat - low.lat),
                lon: low.lon + random.unit() * (high.lon - low.lon),
            };
            let around = |place: &&crate::records::Municipality| place.area.contains(point);
            let mut all = data.municipalities.iter().filter(around);
            let place = all.next().filter(|_| all.next().is_none())?;
            let is_clear = data
                .municipalities
                .iter()
                .all(|place| place.area.distance_to_outline_m(point) > BOUNDARY_MARGIN_M);
            let truth = municipality(&place.names, (*low, *high));
            let question = Question::Reverse { point, only: Some(Kind::City) };
            is_clear.then_some((question, truth))
        });
    }
}

fn same_house(a: &Address, b: &Address) -> bool {
    fold(&a.street) == fold(&b.street) && fold(&a.number) == fold(&b.number)
}

fn beside(at: Point, random: &mut Random) -> Point {
    let angle = random.unit() * std::f64::consts::TAU;
    let distance_m = BESIDE_M.0 + random.unit() * (BESIDE_M.1 - BESIDE_M.0);
    at.shifted(distance_m * angle.cos(), distance_m * angle.sin())
}

/// A municipality by its names; its centre may be anywhere in the country.
fn municipality(names: &[String], (low, high): (Point, Point)) -> Truth {
    Truth {
        kind: Kind::City,
        names: names.iter().map(|name| fold(name)).collect(),
        number: String::new(),
        postcode: String::new(),
        shapes: vec![Shape::Box(low, high)],
        radius_m: 0.0,
        label: names.first().cloned().unwrap_or_default(),
    }
}

fn country_box(data: &Dataset) -> Option<(Point, Point)> {
    let outlines = data.municipalities.iter().flat_map(|place| place.area.0.iter().flatten());
    bounds(&outlines.copied().collect::<Vec<_>>())
}

/// Address points by cells of about a hundred metres.
struct Grid(std::collections::BTreeMap<(i64, i64), Vec<(Point, usize)>>);

impl Grid {
    fn new(data: &Dataset) -> Self {
        let mut cells = Self(std::collections::BTreeMap::new());
        for (index, address) in data.addresses.iter().enumerate() {
            for point in &address.points {
                cells.0.entry(cell(*point)).or_default().push((*point, index));
            }
        }
        cells
    }

    /// Address points in the cell of a point and those around it.
    fn near(&self, point: Point) -> impl Iterator<Item = (Point, usize)> + '_ {
        let (row, column) = cell(point);
        let around = (row - 1..=row + 1).flat_map(move |row| {
            (column - 1..=column + 1).filter_map(move |column| self.0.get(&(row, column)))
        });
        around.flatten().copied()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "cells of degrees are small numbers")]
fn cell(point: Point) -> (i64, i64) {
    ((point.lat * 1_000.0).floor() as i64, (point.lon * 500.0).floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_beside_a_house_is_asked_about_only_where_it_is_clearly_the_nearest() {
        let at = Point { lat: 47.1, lon: 9.5 };
        let address = |number: &str, at: Point| Address {
            street: "Im Rietle".into(),
            number: number.into(),
            points: vec![at],
            ..Address::default()
        };
        let apart = vec![address("1", at), address("2", at.shifted(40.0, 0.0))];
        let close = vec![address("1", at), address("2", at.shifted(1.0, 0.0))];
        let made = |objects| {
            let mut sampler = Sampler::new(1, 20);
            add(&mut sampler, &Dataset::new(objects, Vec::new(), false));
            sampler.cases
        };
        let cases = made(apart);
        assert_eq!(cases.len(), 32, "eight rounds of both in two classes");
        for case in cases {
            let Question::Reverse { point, .. } = case.question else { unreachable!() };
            let Shape::Point(house) = &case.truth.shapes[0] else { unreachable!() };
            assert!((1.0..5.1).contains(&house.distance_m(point)));
        }
        assert!(made(close).len() < 32);
    }
}
