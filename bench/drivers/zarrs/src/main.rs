//! The operations with the crate zarrs.
mod turns;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, process};

use serde_json::{Value, json};
use turns::{Drawing, Operation, Result, boxes_checksum, grid_starts, lengths, text};
use unsafe_cell_slice::UnsafeCellSlice;
use zarrs::array::{
    Array, ArrayBytes, ArrayBytesDecodeIntoTarget, ArrayBytesFixedDisjointView,
    ArrayShardedReadableExt, ArrayShardedReadableExtCache, ArraySubset, CodecOptions,
};
use zarrs::config::{UseConsolidatedMetadata, global_config, global_config_mut};
use zarrs::filesystem::FilesystemStore;
use zarrs::group::Group;

const CHECKED: usize = 32;
const CHECK_SEED: u32 = 7;

type Elements = Cow<'static, [u8]>;

fn main() {
    if let Err(error) = serve() {
        let line = error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        // Nobody listens where this fails.
        let _ = turns::reply(&json!({ "error": line }));
        process::exit(1);
    }
}

fn serve() -> Result<()> {
    let spec: Value = serde_json::from_str(&env::args().nth(1).ok_or("no specification")?)?;
    let threads = spec["threads"].as_u64().ok_or("no number of threads")? as usize;
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()?;
    global_config_mut().set_codec_concurrent_target(threads);
    match text(&spec["operation"])? {
        "read" if spec["out"].is_string() => turns::serve(ReadInto::new(&spec)?),
        "read" => turns::serve(Read(Source::open(&spec)?)),
        "chunks" => turns::serve(Chunks::new(&spec)?),
        "boxes" | "element" => turns::serve(Boxes::new(&spec)?),
        "metadata" => turns::serve(Metadata::new(&spec)?),
        "write" => turns::serve(Write::new(&spec)?),
        operation => Err(format!("no operation {operation}").into()),
    }
}

/// An array that is open, and how it is decoded.
struct Source {
    array: Array<FilesystemStore>,
    options: CodecOptions,
}

impl Source {
    fn open(spec: &Value) -> Result<Self> {
        Self::at(text(&spec["path"])?.as_ref())
    }

    fn at(path: &Path) -> Result<Self> {
        let array = Array::open(Arc::new(FilesystemStore::new(path)?), "/")?;
        Ok(Self {
            array,
            options: global_config().codec_options(),
        })
    }

    fn read(&self, subset: &ArraySubset) -> Result<Elements> {
        let bytes: ArrayBytes = self
            .array
            .retrieve_array_subset_opt(subset, &self.options)?;
        Ok(bytes.into_fixed()?)
    }

    fn size(&self) -> Result<usize> {
        self.array
            .data_type()
            .fixed_size()
            .ok_or_else(|| "elements of any size".into())
    }

    /// The numbers, of which there are two types: uint16 and float64.
    fn values<'a>(&self, elements: &'a [u8]) -> Result<Box<dyn Iterator<Item = u64> + 'a>> {
        match self.size()? {
            2 => Ok(Box::new(
                elements
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&item| u64::from(u16::from_le_bytes(item))),
            )),
            8 => Ok(Box::new(
                elements
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&item| f64::from_le_bytes(item) as u64),
            )),
            size => Err(format!("elements of {size} bytes").into()),
        }
    }
}

/// Reads everything.
struct Read(Source);

impl Operation for Read {
    type Output = Elements;

    fn run(&mut self) -> Result<Elements> {
        self.0.read(&self.0.array.subset_all())
    }

    fn check(&mut self, last: Option<Elements>) -> Result<Value> {
        Ok(json!(crc32fast::hash(&last.ok_or("nothing was read")?)))
    }
}

/// Reads everything into memory that has been used before.
struct ReadInto {
    source: Source,
    memory: Vec<u8>,
}

impl ReadInto {
    fn new(spec: &Value) -> Result<Self> {
        let source = Source::open(spec)?;
        let bytes = source.array.subset_all().num_elements_usize() * source.size()?;
        Ok(Self {
            source,
            memory: vec![1; bytes],
        })
    }
}

impl Operation for ReadInto {
    type Output = ();

    fn run(&mut self) -> Result<()> {
        let Source { array, options } = &self.source;
        let all = array.subset_all();
        let memory = UnsafeCellSlice::new(&mut self.memory);
        // SAFETY: there is no other view of this memory.
        let mut view = unsafe {
            ArrayBytesFixedDisjointView::new(
                memory,
                self.source.size()?,
                array.shape(),
                all.clone(),
            )?
        };
        let target = ArrayBytesDecodeIntoTarget::Fixed(&mut view);
        Ok(array.retrieve_array_subset_into_opt(&all, target, options)?)
    }

    fn check(&mut self, _: Option<()>) -> Result<Value> {
        Ok(json!(crc32fast::hash(&self.memory)))
    }
}

/// Reads chunk after chunk.
struct Chunks {
    source: Source,
    boxes: Vec<ArraySubset>,
}

impl Chunks {
    fn new(spec: &Value) -> Result<Self> {
        let size = lengths(&spec["size"])?;
        let starts = grid_starts(&lengths(&spec["shape"])?, &size);
        let boxes = starts
            .into_iter()
            .map(|start| box_of(start, &size))
            .collect::<Result<_>>()?;
        Ok(Self {
            source: Source::open(spec)?,
            boxes,
        })
    }

    fn read(&self, of: impl Fn(&[u8]) -> Result<u64>) -> impl Iterator<Item = Result<u64>> {
        self.boxes
            .iter()
            .map(move |subset| of(&self.source.read(subset)?))
    }
}

impl Operation for Chunks {
    type Output = u64;

    fn run(&mut self) -> Result<u64> {
        self.read(|elements| Ok(self.source.values(elements)?.next().unwrap_or(0)))
            .sum()
    }

    fn check(&mut self, _: Option<u64>) -> Result<Value> {
        boxes_checksum(self.read(|elements| Ok(self.source.values(elements)?.sum())))
    }
}

/// Reads random boxes. Indexes of shards are kept, as the crate asks of programs that read parts of shards.
struct Boxes {
    source: Source,
    indexes: ArrayShardedReadableExtCache,
    shape: Vec<u64>,
    size: Vec<u64>,
    draw: Drawing,
}

impl Boxes {
    fn new(spec: &Value) -> Result<Self> {
        let source = Source::open(spec)?;
        Ok(Self {
            indexes: ArrayShardedReadableExtCache::new(&source.array),
            source,
            shape: lengths(&spec["shape"])?,
            size: lengths(&spec["size"])?,
            draw: Drawing::new(1),
        })
    }
}

impl Operation for Boxes {
    type Output = Elements;

    fn run(&mut self) -> Result<Elements> {
        let subset = box_of(self.draw.next_box(&self.shape, &self.size), &self.size)?;
        let Source { array, options } = &self.source;
        let bytes: ArrayBytes =
            array.retrieve_array_subset_sharded_opt(&self.indexes, &subset, options)?;
        Ok(bytes.into_fixed()?)
    }

    fn check(&mut self, _: Option<Elements>) -> Result<Value> {
        self.draw = Drawing::new(CHECK_SEED);
        boxes_checksum((0..CHECKED).map(|_| {
            let elements = self.run()?;
            Ok(self.source.values(&elements)?.sum())
        }))
    }
}

/// Opens the arrays of a group.
struct Metadata(PathBuf);

impl Metadata {
    fn new(spec: &Value) -> Result<Self> {
        global_config_mut().set_use_consolidated_metadata(if spec["consolidated"] == true {
            UseConsolidatedMetadata::Must
        } else {
            UseConsolidatedMetadata::Never
        });
        Ok(Self(text(&spec["path"])?.into()))
    }
}

impl Operation for Metadata {
    type Output = u64;

    fn run(&mut self) -> Result<u64> {
        let group = Group::open(Arc::new(FilesystemStore::new(&self.0)?), "/")?;
        Ok(group
            .child_arrays()?
            .iter()
            .map(|array| array.shape()[0])
            .sum())
    }

    fn check(&mut self, last: Option<u64>) -> Result<Value> {
        Ok(json!(last))
    }
}

/// Writes everything to an empty copy of an array.
struct Write {
    data: Vec<u8>,
    template: PathBuf,
    target: PathBuf,
    opened: Option<Source>,
}

impl Write {
    fn new(spec: &Value) -> Result<Self> {
        let path = text(&spec["path"])?;
        Ok(Self {
            data: fs::read(text(&spec["input"])?)?,
            template: Path::new(path).join("zarr.json"),
            target: format!("{path}-zarrs-{}", process::id()).into(),
            opened: None,
        })
    }
}

impl Operation for Write {
    type Output = ();

    fn between(&mut self) -> Result<()> {
        if self.target.exists() {
            fs::remove_dir_all(&self.target)?;
        }
        fs::create_dir(&self.target)?;
        fs::copy(&self.template, self.target.join("zarr.json"))?;
        self.opened = Some(Source::at(&self.target)?);
        Ok(())
    }

    fn run(&mut self) -> Result<()> {
        let Source { array, options } = self.opened.as_ref().ok_or("no array")?;
        let data = ArrayBytes::new_flen(self.data.as_slice());
        Ok(array.store_array_subset_opt(&array.subset_all(), data, options)?)
    }

    fn check(&mut self, _: Option<()>) -> Result<Value> {
        Ok(json!({ "written": self.target }))
    }
}

fn box_of(start: Vec<u64>, size: &[u64]) -> Result<ArraySubset> {
    Ok(ArraySubset::new_with_start_shape(start, size.to_vec())?)
}
