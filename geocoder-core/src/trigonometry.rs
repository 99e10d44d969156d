//! Sine and cosine of angles in degrees up to a full turn: the same on every host, and without
//! the kilobytes with which the standard library reduces angles of any size.

use core::f64::consts::FRAC_PI_2;

/// Coefficients of the sine and cosine near zero (fdlibm, `__kernel_sin` and `__kernel_cos`).
const SINE: [f64; 6] = [
    -1.666_666_666_666_663_2e-1,
    8.333_333_333_322_49e-3,
    -1.984_126_982_985_795e-4,
    2.755_731_370_707_007e-6,
    -2.505_076_025_340_686_3e-8,
    1.589_690_995_211_55e-10,
];
const COSINE: [f64; 6] = [
    4.166_666_666_666_66e-2,
    -1.388_888_888_887_411e-3,
    2.480_158_728_947_673e-5,
    -2.755_731_435_139_066_3e-7,
    2.087_572_321_298_175e-9,
    -1.135_964_755_778_819_5e-11,
];

/// Returns the sine of an angle in degrees.
pub(crate) fn sin_degrees(degrees: f64) -> f64 {
    sine_of_turned(degrees, 0)
}

/// Returns the cosine of an angle in degrees.
pub(crate) fn cos_degrees(degrees: f64) -> f64 {
    sine_of_turned(degrees, 1)
}

/// Returns the sine of an angle and so many right angles.
fn sine_of_turned(degrees: f64, right_angles: i32) -> f64 {
    // Degrees are brought near zero before they become radians: no digit is lost.
    // Ties to even are one instruction in WebAssembly, ties away from zero a call.
    let quarters = (degrees / 90.0).round_ties_even();
    let angle = (degrees - quarters * 90.0) / 90.0 * FRAC_PI_2;
    let square = angle * angle;
    let polynomial = |coefficients: &[f64]| {
        coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * square + coefficient)
    };
    #[expect(clippy::cast_possible_truncation, reason = "angles are a few turns at most")]
    let turned = (quarters as i32).wrapping_add(right_angles);
    let value = if turned & 1 == 0 {
        angle + angle * square * polynomial(&SINE)
    } else {
        1.0 - (square / 2.0 - square * square * polynomial(&COSINE))
    };
    if turned & 2 == 0 { value } else { -value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sines_and_cosines_are_those_of_the_standard_library() {
        for step in -7200..=7200 {
            let degrees = f64::from(step) / 20.0;
            assert!((sin_degrees(degrees) - degrees.to_radians().sin()).abs() < 1e-15, "{degrees}");
            assert!((cos_degrees(degrees) - degrees.to_radians().cos()).abs() < 1e-15, "{degrees}");
        }
    }

    #[test]
    fn right_angles_are_exact() {
        let exact = [(0.0, 0.0, 1.0), (90.0, 1.0, 0.0), (-90.0, -1.0, 0.0), (180.0, 0.0, -1.0)];
        for (degrees, sine, cosine) in exact {
            assert_eq!((sin_degrees(degrees), cos_degrees(degrees)), (sine, cosine), "{degrees}");
        }
    }
}
