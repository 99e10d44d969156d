//! Lines: length, middle, nearest point, and simplification that keeps the ends.

use geocoder_core::LonLat;

/// Returns the length of a line in metres.
pub(crate) fn length_m(line: &[LonLat]) -> f64 {
    line.iter().zip(line.iter().skip(1)).map(|(from, to)| from.distance_m(*to)).sum()
}

/// Returns the mean of some points, or nothing of none.
pub(crate) fn mean(points: &[LonLat]) -> Option<LonLat> {
    let (lon, lat) = points.iter().fold((0.0, 0.0), |(lon, lat), p| (lon + p.lon, lat + p.lat));
    let n = points.len() as f64;
    (!points.is_empty()).then(|| LonLat { lon: lon / n, lat: lat / n })
}

/// Returns the point on some lines nearest to another point, with its distance in metres.
pub(crate) fn nearest_on_lines(lines: &[Vec<LonLat>], point: LonLat) -> Option<(f64, LonLat)> {
    let mut best: Option<(f64, LonLat)> = None;
    let mut offer = |found: LonLat| {
        let distance_m = point.distance_m(found);
        if best.is_none_or(|(best_m, _)| distance_m < best_m) {
            best = Some((distance_m, found));
        }
    };
    for line in lines {
        if let [only] = line.as_slice() {
            offer(*only);
        }
        for (from, to) in line.iter().zip(line.iter().skip(1)) {
            offer(nearest_on_segment(point, *from, *to));
        }
    }
    best
}

/// Returns points along a line, its own and more between them, at most a step apart.
pub(crate) fn sampled(line: &[LonLat], step_m: f64) -> Vec<LonLat> {
    let mut points: Vec<LonLat> = line.first().copied().into_iter().collect();
    for (from, to) in line.iter().zip(line.iter().skip(1)) {
        let steps = (from.distance_m(*to) / step_m).ceil().max(1.0);
        let mut step = 1.0;
        while step <= steps {
            let share = step / steps;
            points.push(LonLat {
                lon: from.lon + share * (to.lon - from.lon),
                lat: from.lat + share * (to.lat - from.lat),
            });
            step += 1.0;
        }
    }
    points
}

/// Returns the point at a share of a line's length, 0 at its start and 1 at its end.
pub(crate) fn along(line: &[LonLat], share: f64) -> Option<LonLat> {
    let mut rest_m = share.clamp(0.0, 1.0) * length_m(line);
    for (from, to) in line.iter().zip(line.iter().skip(1)) {
        let segment_m = from.distance_m(*to);
        if segment_m > 0.0 && rest_m <= segment_m {
            let share = rest_m / segment_m;
            return Some(LonLat {
                lon: from.lon + share * (to.lon - from.lon),
                lat: from.lat + share * (to.lat - from.lat),
            });
        }
        rest_m -= segment_m;
    }
    line.last().copied()
}

fn nearest_on_segment(point: LonLat, from: LonLat, to: LonLat) -> LonLat {
    let scale = point.lat.to_radians().cos();
    let (dx, dy) = ((to.lon - from.lon) * scale, to.lat - from.lat);
    let (px, py) = ((point.lon - from.lon) * scale, point.lat - from.lat);
    let length2 = dx * dx + dy * dy;
    let t = if length2 > 0.0 { ((px * dx + py * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
    LonLat { lon: from.lon + t * (to.lon - from.lon), lat: from.lat + t * (to.lat - from.lat) }
}

/// Returns the point on some lines nearest to their centre of gravity.
pub(crate) fn middle(lines: &[Vec<LonLat>]) -> Option<LonLat> {
    let (mut lon, mut lat, mut weight) = (0.0, 0.0, 0.0);
    for line in lines {
        for (from, to) in line.iter().zip(line.iter().skip(1)) {
            let length_m = from.distance_m(*to);
            lon += length_m * (from.lon + to.lon) / 2.0;
            lat += length_m * (from.lat + to.lat) / 2.0;
            weight += length_m;
        }
    }
    if weight <= 0.0 {
        return lines.iter().flatten().next().copied();
    }
    let centre = LonLat { lon: lon / weight, lat: lat / weight };
    nearest_on_lines(lines, centre).map(|(_, point)| point)
}

/// Leaves out points that are nearer than the tolerance to what remains (Douglas-Peucker).
///
/// The first and last points are kept; a closed line keeps at least a triangle.
pub(crate) fn simplify(line: &[LonLat], tolerance_m: f64) -> Vec<LonLat> {
    let last = line.len().saturating_sub(1);
    if line.len() < 3 {
        return line.to_vec();
    }
    let mut keep = vec![false; line.len()];
    let mut mark = |index: usize| {
        if let Some(flag) = keep.get_mut(index) {
            *flag = true;
        }
    };
    mark(0);
    mark(last);
    let mut open = vec![(0, last)];
    if line.first() == line.last() {
        // A closed line has no direction of its own: the farthest point gives it one, and the
        // farthest from that chord makes it a triangle whatever the tolerance.
        let far = farthest(line, 0, last).map_or(0, |(index, _)| index);
        let third = [(0, far), (far, last)]
            .into_iter()
            .filter_map(|(from, to)| farthest(line, from, to))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        mark(far);
        let mut corners = vec![0, far, last];
        if let Some((index, _)) = third {
            mark(index);
            corners.push(index);
        }
        corners.sort_unstable();
        open = corners.iter().copied().zip(corners.iter().copied().skip(1)).collect();
    }
    while let Some((from, to)) = open.pop() {
        if let Some((index, distance_m)) = farthest(line, from, to)
            && distance_m > tolerance_m
        {
            mark(index);
            open.push((from, index));
            open.push((index, to));
        }
    }
    line.iter().zip(keep).filter_map(|(point, keep)| keep.then_some(*point)).collect()
}

/// Returns the point strictly between two of a line that is farthest from their chord.
fn farthest(line: &[LonLat], from: usize, to: usize) -> Option<(usize, f64)> {
    let (start, end) = (*line.get(from)?, *line.get(to)?);
    let mut best: Option<(usize, f64)> = None;
    for (index, point) in line.iter().enumerate().take(to).skip(from + 1) {
        let distance_m = point.distance_to_segment_m(start, end);
        if best.is_none_or(|(_, best_m)| distance_m > best_m) {
            best = Some((index, distance_m));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat { lon, lat }
    }

    #[test]
    fn simplify_keeps_ends_and_stays_within_the_tolerance() {
        let line: Vec<LonLat> = (0..=200)
            .map(|i| at(f64::from(i) * 1e-4, (f64::from(i) / 15.0).sin() * 5e-4))
            .collect();
        let short = simplify(&line, 10.0);
        assert!(short.len() < line.len() / 4, "{} points", short.len());
        assert_eq!((short.first(), short.last()), (line.first(), line.last()));
        for point in &line {
            let (distance_m, _) = nearest_on_lines(std::slice::from_ref(&short), *point).unwrap();
            assert!(distance_m <= 10.1, "{distance_m}");
        }
    }

    #[test]
    fn simplify_keeps_a_triangle_of_a_small_ring() {
        let ring = [at(0.0, 0.0), at(1e-5, 0.0), at(1e-5, 1e-5), at(0.0, 1e-5), at(0.0, 0.0)];
        let short = simplify(&ring, 10.0);
        assert_eq!(short.len(), 4);
        assert_eq!(short.first(), short.last());
    }

    #[test]
    fn sampled_points_are_at_most_a_step_apart_and_include_the_ends() {
        let line = [at(0.0, 0.0), at(0.001, 0.0), at(0.001, 0.0002)];
        let points = sampled(&line, 30.0);
        assert_eq!((points.first(), points.last()), (line.first(), line.last()));
        assert!(points.windows(2).all(|pair| pair[0].distance_m(pair[1]) < 30.1));
    }

    #[test]
    fn middle_is_on_the_street_even_when_it_bends() {
        let bend = vec![at(0.0, 0.0), at(0.01, 0.0), at(0.01, 0.01)];
        let middle = middle(std::slice::from_ref(&bend)).unwrap();
        assert!(nearest_on_lines(&[bend], middle).unwrap().0 < 0.01);
        assert!(middle.distance_m(at(0.01, 0.0)) < 300.0);
    }
}
