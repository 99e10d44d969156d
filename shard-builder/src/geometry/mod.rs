//! Plane geometry on degrees, enough for boundaries and streets of one country.

mod area;
mod index;
mod join;
mod line;

pub(crate) use area::Area;
pub(crate) use index::AreaIndex;
pub(crate) use join::join_lines;
pub(crate) use line::{along, length_m, mean, middle, nearest_on_lines, sampled, simplify};
