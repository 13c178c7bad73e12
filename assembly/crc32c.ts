// CRC-32C by folding. Modulo its polynomial, with y = x^8, y^5275 = y^4508 + y^2751 + 1: a byte may be taken away where it
// is put to those 767, 2524 and 5275 bytes further on instead, 16 of them at a time. What is left is folded once more,
// by y^209 = y^144 + y^54 + y^39 + y^14 + 1, and only the last bytes go through tables.
import { CRC_TABLES, FOLD, work } from "./layout";

/** Bytes that a byte may be put off by; rounded up to vectors. */
const FAR: usize = 5275;
const HISTORY: usize = 5280;
const NEAR: usize = 209;
/** Bytes folded before the history is moved. */
const PIECE: usize = 32768;
/** Shorter values are folded once, and still shorter ones not at all. */
const FOLD_TWICE: usize = 12288;
const FOLD_ONCE: usize = 512;

let prepared: bool = false;

/** Table `k` advances a byte by `k` further zero bytes. */
function prepareTables(): void {
  if (prepared) return;
  prepared = true;
  const tables = work + CRC_TABLES;
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
    store<u32>(tables + (byte << 2), crc);
  }
  for (let at = tables + 1024; at < tables + 8192; at += 4) {
    const previous = load<u32>(at - 1024);
    store<u32>(at, (previous >> 8) ^ load<u32>(tables + ((previous & 0xff) << 2)));
  }
}

// @ts-expect-error AssemblyScript's decorator
@inline
function look(table: u32, byte: u64): u32 {
  return load<u32>(work + CRC_TABLES + (table << 10) + (<usize>(byte & 0xff) << 2));
}

/** The register after `length` bytes. */
function byTables(at: usize, length: usize, crc: u32): u32 {
  const end = at + length;
  for (; end - at >= 8; at += 8) {
    const word = load<u64>(at) ^ <u64>crc;
    crc =
      look(7, word) ^
      look(6, word >> 8) ^
      look(5, word >> 16) ^
      look(4, word >> 24) ^
      look(3, word >> 32) ^
      look(2, word >> 40) ^
      look(1, word >> 48) ^
      look(0, word >> 56);
  }
  for (; at < end; at++) crc = (crc >> 8) ^ look(0, <u64>(crc ^ <u32>load<u8>(at)));
  return crc;
}

/** CRC-32C of `length` bytes, going on from the checksum `value` of what came before. */
export function crc32c(source: usize, length: usize, value: u32): u32 {
  prepareTables();
  const register = ~value;
  if (length < FOLD_ONCE) return ~byTables(source, length, register);
  const fold = work + FOLD;
  if (length < FOLD_TWICE) {
    // Zeros, then the value.
    const start = fold + NEAR_ZEROS;
    memory.fill(fold, 0, NEAR_ZEROS);
    memory.copy(start, source, length);
    store<u32>(start, load<u32>(start) ^ register);
    return ~foldNear(start, length);
  }
  const body = fold + HISTORY;
  memory.fill(fold, 0, HISTORY);
  const gone = (length - FAR) & ~15;
  let first = i32x4.replace_lane(i32x4.splat(0), 0, register);
  for (let done: usize = 0; done < gone; ) {
    const piece = min(PIECE, gone - done);
    let from = source + done;
    let to = body;
    store16(to, v128.xor(farSum(to), v128.xor(first, v128.load(from))));
    first = i32x4.splat(0);
    to += 16;
    from += 16;
    const end = body + piece;
    for (; end - to >= 64; to += 64, from += 64) {
      const a = v128.xor(farSum(to), v128.load(from));
      const b = v128.xor(farSum(to + 16), v128.load(from, 16));
      const c = v128.xor(farSum(to + 32), v128.load(from, 32));
      const d = v128.xor(farSum(to + 48), v128.load(from, 48));
      store16(to, a);
      store16(to + 16, b);
      store16(to + 32, c);
      store16(to + 48, d);
    }
    for (; to < end; to += 16, from += 16) store16(to, v128.xor(farSum(to), v128.load(from)));
    memory.copy(fold, end - HISTORY, HISTORY);
    done += piece;
  }
  // What is left takes from what is gone, and not from itself: behind the history there is nothing.
  const left = length - gone;
  memory.fill(body, 0, left + 16);
  const rest = body + HISTORY + NEAR_ZEROS + 64;
  memory.fill(rest - NEAR_ZEROS, 0, NEAR_ZEROS);
  for (let at: usize = 0; at < left; at += 16)
    store16(rest + at, v128.xor(farSum(body + at), v128.load(source + gone + at)));
  return ~foldNear(rest, left);
}

/** Zeros that `foldNear` wants before its bytes. */
const NEAR_ZEROS: usize = 224;

// @ts-expect-error AssemblyScript's decorator
@inline
function store16(at: usize, value: v128): void {
  v128.store(at, value);
}

// @ts-expect-error AssemblyScript's decorator
@inline
function farSum(at: usize): v128 {
  return v128.xor(v128.load(at - 767), v128.xor(v128.load(at - 2524), v128.load(at - FAR)));
}

// @ts-expect-error AssemblyScript's decorator
@inline
function nearSum(at: usize): v128 {
  return v128.xor(
    v128.xor(v128.load(at - 65), v128.load(at - 155)),
    v128.xor(v128.load(at - 170), v128.xor(v128.load(at - 195), v128.load(at - NEAR))),
  );
}

/** The register after `length` bytes from a register of 0; they are overwritten, and zeros lie before them. */
function foldNear(start: usize, length: usize): u32 {
  const gone = (length - NEAR) & ~15;
  const end = start + gone;
  for (let at = start; at < end; at += 16) store16(at, v128.xor(v128.load(at), nearSum(at)));
  const left = length - gone;
  const rest = end + 256;
  memory.copy(rest, end, left);
  memory.fill(end, 0, 240);
  for (let at: usize = 0; at < left; at += 16)
    store16(rest + at, v128.xor(v128.load(rest + at), nearSum(end + at)));
  return byTables(rest, left, 0);
}
