//! What a shard says about itself: country, counts, sources, special words, chunks.

use serde::{Deserialize, Serialize};

use crate::lexicon::Lexicon;
use crate::manifest::Attribution;
use crate::record::CountryCode;
use crate::weights::Weights;

/// Description of a shard, stored as postcard in its first chunk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShardMeta {
    /// The country.
    pub country: CountryCode,
    /// English or local name of the country.
    pub name: String,
    /// Box around all records: west, south, east, north in degrees.
    pub bbox: [f64; 4],
    /// Whether addresses are written with the house number before the street.
    pub number_first: bool,
    /// Number of records by type name, and `house` for house numbers, ordered by name.
    pub records: Vec<(String, u64)>,
    /// Sources of the data, their licences and notices.
    pub attribution: Vec<Attribution>,
    /// Special words of the country's languages.
    pub lexicon: Lexicon,
    /// Weights of the score.
    pub weights: Weights,
    /// Raw bytes by what they hold, for reports; shared parts are divided by their use.
    pub sections: Vec<SectionSize>,
}

/// Raw bytes of one kind of content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionSize {
    /// What the bytes hold, such as `street names`.
    pub name: String,
    /// Number of bytes before compression.
    pub bytes: u64,
}

/// One chunk of a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkInfo {
    /// What the chunk holds.
    pub kind: ChunkKind,
    /// Offset in the shard, a multiple of 8.
    pub offset: u64,
    /// Bytes, padding included, a multiple of 8.
    pub size: u64,
    /// XXH64 of the bytes.
    pub checksum: u64,
}

/// What a chunk holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum ChunkKind {
    /// Header, chunk table and description.
    Head = 0,
    /// Places with their names, terms and postcodes, and directories of the other chunks.
    Places = 1,
    /// Terms of street and point names with their postings.
    Terms = 2,
    /// Streets and points of some cities.
    Records = 3,
    /// Houses of the streets of one records chunk.
    Houses = 4,
    /// Lines of the streets of one records chunk.
    Geometry = 5,
    /// Boundaries of places.
    Boundaries = 6,
    /// Terms that alternates use, with their postings, where alternates are apart.
    #[serde(rename = "alternate_terms")]
    AlternateTerms = 7,
    /// Alternates of the streets, points and cities of one records chunk, where they are apart.
    Alternates = 8,
}

impl ChunkKind {
    /// All kinds in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Head,
        Self::Places,
        Self::Terms,
        Self::Records,
        Self::Houses,
        Self::Geometry,
        Self::Boundaries,
        Self::AlternateTerms,
        Self::Alternates,
    ];

    /// Finds a kind by its number.
    pub fn from_number(number: u32) -> Option<Self> {
        usize::try_from(number).ok().and_then(|number| Self::ALL.get(number).copied())
    }

    /// Returns the name used in manifests and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Places => "places",
            Self::Terms => "terms",
            Self::Records => "records",
            Self::Houses => "houses",
            Self::Geometry => "geometry",
            Self::Boundaries => "boundaries",
            Self::AlternateTerms => "alternate_terms",
            Self::Alternates => "alternates",
        }
    }
}
