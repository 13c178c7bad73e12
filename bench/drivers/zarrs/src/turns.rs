//! What a measured process in Rust does: as turns.mjs, which says what the messages are.
use std::error::Error;
use std::fs;
use std::io::{self, BufRead, Write};
use std::time::Instant;

use serde_json::{Value, json};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What is measured. A process has one.
pub trait Operation {
    /// What a repetition gives, which is let go before the next one.
    type Output;

    /// What comes before each repetition and is not timed.
    fn between(&mut self) -> Result<()> {
        Ok(())
    }

    /// What is timed.
    fn run(&mut self) -> Result<Self::Output>;

    /// What the last result is known by.
    fn check(&mut self, last: Option<Self::Output>) -> Result<Value>;
}

/// Serves turns until the input ends.
pub fn serve<O: Operation>(mut operation: O) -> Result<()> {
    reply(&json!({ "ready": true }))?;
    let mut last = None;
    for line in io::stdin().lock().lines() {
        let turn: Value = serde_json::from_str(&line?)?;
        let answer = match turn["kind"].as_str() {
            Some("warm") => {
                let before = status_bytes("VmRSS");
                reset_peak();
                let ms = repetition(&mut operation, &mut last)?;
                json!({ "ms": ms, "before": before, "peak": status_bytes("VmHWM") })
            }
            Some("measure") => {
                let (limit, most) = (number(&turn["milliseconds"])?, number(&turn["most"])?);
                let start = Instant::now();
                let mut ms = vec![repetition(&mut operation, &mut last)?];
                while milliseconds(start) < limit && (ms.len() as f64) < most {
                    ms.push(repetition(&mut operation, &mut last)?);
                }
                json!({ "ms": ms, "peak": status_bytes("VmHWM") })
            }
            _ => json!({ "check": operation.check(last.take())? }),
        };
        reply(&answer)?;
    }
    Ok(())
}

/// Milliseconds of one repetition; the result before it is let go first.
fn repetition<O: Operation>(operation: &mut O, last: &mut Option<O::Output>) -> Result<f64> {
    *last = None;
    operation.between()?;
    let start = Instant::now();
    *last = Some(operation.run()?);
    Ok(milliseconds(start))
}

/// Numbers that every driver draws alike.
pub struct Drawing(u32);

impl Drawing {
    pub fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// The start of a random box of `size` that lies on a grid of such boxes.
    pub fn next_box(&mut self, shape: &[u64], size: &[u64]) -> Vec<u64> {
        shape
            .iter()
            .zip(size)
            .map(|(length, step)| self.below(length / step) * step)
            .collect()
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (u64::from(self.0) * limit) >> 32
    }
}

/// Starts of the boxes of a grid in C order.
pub fn grid_starts(shape: &[u64], size: &[u64]) -> Vec<Vec<u64>> {
    shape
        .iter()
        .zip(size)
        .fold(vec![Vec::new()], |starts, (&length, &step)| {
            let along = |start: &Vec<u64>| {
                let start = start.clone();
                (0..length)
                    .step_by(step as usize)
                    .map(move |at| [start.as_slice(), &[at]].concat())
            };
            starts.iter().flat_map(along).collect()
        })
}

/// Sum of boxes modulo 2^32, the k-th, from 0, counted k + 1 times.
pub fn boxes_checksum(boxes: impl Iterator<Item = Result<u64>>) -> Result<Value> {
    let mut total = 0u64;
    for (index, sum) in boxes.enumerate() {
        total = (total + (index as u64 + 1) * sum?) % (1 << 32);
    }
    Ok(json!(total))
}

/// A list of lengths in the specification of an operation.
pub fn lengths(value: &Value) -> Result<Vec<u64>> {
    let list = value.as_array().ok_or("no list of lengths")?;
    list.iter()
        .map(|item| item.as_u64().ok_or_else(|| "no length".into()))
        .collect()
}

pub fn text(value: &Value) -> Result<&str> {
    value.as_str().ok_or_else(|| "no text".into())
}

fn number(value: &Value) -> Result<f64> {
    value.as_f64().ok_or_else(|| "no number".into())
}

pub fn reply(message: &Value) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{message}")?;
    output.flush()
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// Where it fails, the peak counts from the start of the process.
fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Bytes that Linux tells of this process; 0 elsewhere.
fn status_bytes(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with(name))
        .unwrap_or_default();
    let kibi = line
        .split_whitespace()
        .nth(1)
        .and_then(|word| word.parse::<u64>().ok());
    kibi.unwrap_or(0) * 1024
}
