//! `hereabouts-quality`: measures the corpora and checks their floors.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use hereabouts_quality::floors::Floors;
use hereabouts_quality::{
    ClassFigures, Corpus, Miss, closed_world, datasets, measure, report, suites,
};

/// Seed of development and of the floors.
const DEVELOPMENT_SEED: u64 = 1;

/// Measures how often the engine gives the answer that a query means.
#[derive(Debug, Parser)]
struct Options {
    /// Corpora to measure, by name; all that are there when none is given.
    corpora: Vec<String>,
    /// Seed of the generated queries.
    #[arg(long, default_value_t = DEVELOPMENT_SEED)]
    seed: u64,
    /// Queries of each class.
    #[arg(long, default_value_t = 2_000)]
    queries: usize,
    /// Only classes whose name contains this.
    #[arg(long, conflicts_with = "floors")]
    class: Option<String>,
    /// File of regression floors; below them the program fails.
    #[arg(long)]
    floors: Option<PathBuf>,
    /// Sets the floors from what is measured instead of checking them.
    #[arg(long, requires = "floors")]
    set_floors: bool,
    /// Folder of the lists of misses.
    #[arg(long, default_value = "target/quality")]
    misses: PathBuf,
}

#[expect(clippy::print_stdout, reason = "the table is what the program is for")]
fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let is_asked = |name: &str| {
        options.corpora.is_empty() || options.corpora.iter().any(|wanted| wanted == name)
    };
    let mut floors = Floors::default();
    if let Some(path) = options.floors.as_ref().filter(|path| path.exists() || !options.set_floors)
    {
        let text = fs::read_to_string(path);
        floors = Floors::parse(&text.with_context(|| format!("cannot read {}", path.display()))?)?;
    }
    let mut failures = Vec::new();
    let mut tell = |name: &str, classes: &[ClassFigures], misses: &[Miss]| {
        println!("{}", report::table(name, classes));
        if options.set_floors {
            floors.set(name, classes);
        } else {
            failures.extend(floors.failures(name, classes));
        }
        report::write_misses(&options.misses.join(format!("misses-{name}.txt")), misses)
    };
    println!("seed {}, at most {} queries a class", options.seed, options.queries);
    for corpus in Corpus::ALL.into_iter().filter(|corpus| is_asked(corpus.name())) {
        let name = corpus.name();
        let Some(folder) = corpus.folder() else {
            println!("skipped {name}: HEREABOUTS_DATA does not name the folder of the whole files");
            continue;
        };
        let mut cases = corpus.cases(&folder, options.seed, options.queries)?;
        if let Some(part) = &options.class {
            cases.retain(|case| case.class.contains(part));
        }
        let (classes, misses) = measure(&corpus.engine(&folder)?, &cases)?;
        tell(name, &classes, &misses)?;
    }
    if is_asked("suites") {
        match datasets::whole() {
            Some(folder) => {
                let (classes, misses) = suites(&folder, options.seed)?;
                tell("suites", &classes, &misses)?;
            }
            None => println!("skipped suites: HEREABOUTS_DATA does not name their folder"),
        }
    }
    if let Some(path) = options.floors.as_ref().filter(|_| options.set_floors) {
        fs::write(path, floors.to_toml()?)?;
    }
    for failure in &failures {
        println!("below its floor: {failure}");
    }
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Asks the cases of the independent suites.
fn suites(folder: &Path, seed: u64) -> anyhow::Result<(Vec<ClassFigures>, Vec<Miss>)> {
    let mut cases = suites::read(folder)?;
    let countries = datasets::country_names(folder)?;
    let world = Corpus::WholeWorld.engine(folder)?;
    let (mut classes, mut misses) = (Vec::new(), Vec::new());
    for data in ["geonames", "geonames-reverse", "airports", "airports-by-iata", "stations"] {
        let (of_data, missed) = suites::measure(&world, &cases, &countries, data)?;
        classes.extend(of_data);
        misses.extend(missed);
    }
    let france = datasets::closed_world(folder, &mut cases, seed)?;
    let (of_data, missed) =
        suites::measure(&france, &cases, &countries, closed_world::ANSWERABLE_BY)?;
    classes.extend(of_data);
    misses.extend(missed);
    Ok((classes, misses))
}
