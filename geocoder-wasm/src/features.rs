//! Lines for maps, as flat typed arrays: objects a point would cost more than the engine's work.

use geocoder_core::LonLat;
use geocoder_core::features::Features;
use js_sys::{Float64Array, Object, Reflect, Uint32Array};
use wasm_bindgen::JsValue;

use crate::error::{Error, Result};

/// Makes the package's `MapFeatures`.
pub(crate) fn to_map_features(features: &Features) -> Result<JsValue> {
    let object = Object::new();
    set(&object, "streets", &lines(&features.streets)?)?;
    set(&object, "boundaries", &lines(&features.boundaries)?)?;
    Ok(object.into())
}

/// Makes the package's `MapLines`: longitudes and latitudes in turn, and where each line ends.
fn lines(lines: &[Vec<LonLat>]) -> Result<JsValue> {
    let mut coordinates = Vec::new();
    let mut ends = Vec::with_capacity(lines.len());
    for line in lines {
        coordinates.extend(line.iter().flat_map(|point| [point.lon, point.lat]));
        ends.push(u32::try_from(coordinates.len()).unwrap_or(u32::MAX));
    }
    let object = Object::new();
    set(&object, "coordinates", &Float64Array::from(coordinates.as_slice()))?;
    set(&object, "ends", &Uint32Array::from(ends.as_slice()))?;
    Ok(object.into())
}

/// Gives an object a property.
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) -> Result<()> {
    Reflect::set(object, &name.into(), value).map(|_| ()).map_err(Error::Thrown)
}
