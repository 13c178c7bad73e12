// BloscLZ blocks. Copies write up to 32 bytes past what they mean to.
import { copyMatch } from "./match";

const MAX_LENGTH: usize = 0x7fffffff;
/** Distances from here on take two further bytes. */
const NEAR_DISTANCE: usize = 8191;

/** Decodes a whole block into exactly `size` bytes at `target`; false where the data do not say so. */
export function decodeBlosclz(source: usize, length: usize, target: usize, size: usize): bool {
  let ip = source;
  const iend = source + length;
  let op = target;
  const oend = target + size;
  if (length == 0) return size == 0;
  let control = <usize>(load<u8>(ip++) & 31);
  while (true) {
    if (control < 32) {
      const count = control + 1;
      if (count > iend - ip || count > oend - op) return false;
      v128.store(op, v128.load(ip));
      v128.store(op, v128.load(ip, 16), 16);
      op += count;
      ip += count;
    } else {
      let count = (control >> 5) + 2;
      let distance = (control & 31) << 8;
      if (count == 9) {
        let more: usize;
        do {
          if (ip >= iend) return false;
          more = <usize>load<u8>(ip++);
          count += more;
          if (count > MAX_LENGTH) return false;
        } while (more == 255);
      }
      if (ip >= iend) return false;
      const low = <usize>load<u8>(ip++);
      distance += low + 1;
      if (low == 255 && distance == NEAR_DISTANCE + 1) {
        if (iend - ip < 2) return false;
        distance += (<usize>load<u8>(ip) << 8) | <usize>load<u8>(ip, 1);
        ip += 2;
      }
      if (distance > op - target || count > oend - op) return false;
      copyMatch(op, op + count, distance);
      op += count;
    }
    if (ip >= iend) return op == oend;
    control = <usize>load<u8>(ip++);
  }
}
