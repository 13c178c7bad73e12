/**
 * Which tiles a look at a picture needs, and how much of them is read. Pure.
 *
 * @module
 */
import { MAX_BLOCK_BYTES } from "../protocol.ts";
import type { Box, Camera, Size } from "./camera.ts";
import { fitCamera, visibleBox } from "./camera.ts";
import { chooseLevel } from "./levels.ts";
import type { LevelChoice } from "./levels.ts";
import type { Colouring } from "./paint.ts";
import type { Channel, Picture } from "./picture.ts";
import type { Plane, TileRequest } from "./tile.ts";
import { planeKey, tilesIn } from "./tile.ts";
import type { TileLoader } from "./tile-loader.ts";

/** A channel, or the picture as a whole. */
export interface Layer {
  readonly plane: Plane;
  readonly colouring: Colouring;
  readonly channel: Channel | undefined;
}

/** A layer and its tiles, the middle first. */
export interface PlannedLayer {
  readonly layer: Layer;
  readonly tiles: readonly TileRequest[];
}

/** What is in view and not read. */
export interface LeftOut {
  /** Tiles that are not read unless asked for, and the bytes that they decode to. */
  readonly left: number;
  readonly leftBytes: number;
  /** Bytes of a tile that is too large to read at all. */
  readonly tooLarge: number | undefined;
}

/** What to read for a view. */
export interface ViewPlan {
  readonly layers: readonly PlannedLayer[];
  /** The tiles of all layers, the most wanted first. */
  readonly wanted: readonly { readonly request: TileRequest; readonly plane: string }[];
  readonly rest: LeftOut;
}

/** Plans a view: as many tiles, from the middle outwards, as the budget of the picture allows. */
export function planView(
  picture: Picture,
  layers: readonly Layer[],
  choice: LevelChoice,
  box: Box,
  loader: Pick<TileLoader, "get" | "split">,
): ViewPlan {
  let left = 0;
  let leftBytes = 0;
  let tooLarge: number | undefined;
  let budget = picture.budget.value;
  const blocks = new Set<string>();
  const perLayer = layers.map((layer) => {
    const { tiles, count } = tilesIn(picture.levels, choice.level, choice.step, layer.plane, box);
    const within: TileRequest[] = [];
    for (const tile of tiles) {
      if (tile.bytes > MAX_BLOCK_BYTES) {
        tooLarge = tile.bytes;
        continue;
      }
      const block = `${tile.cut.path}|${tile.cut.block.join("|")}`;
      const bytes = blocks.has(block) ? 0 : tile.bytes;
      // What has been read costs nothing; one tile is always read.
      const isFree = loader.get(tile.key) !== undefined;
      if (!isFree && bytes > budget && within.length > 0) {
        left++;
        leftBytes += bytes;
        continue;
      }
      blocks.add(block);
      if (!isFree) budget -= bytes;
      within.push(tile);
    }
    if (tooLarge === undefined) left += count - tiles.length;
    return { layer, tiles: loader.split(within) };
  });
  // The channels of one place come together.
  const wanted: { request: TileRequest; plane: string }[] = [];
  const longest = Math.max(0, ...perLayer.map(({ tiles }) => tiles.length));
  for (let i = 0; i < longest; i++)
    for (const { layer, tiles } of perLayer) {
      const request = tiles[i];
      if (request !== undefined) wanted.push({ request, plane: planeKey(layer.plane) });
    }
  return { layers: perLayer, wanted, rest: { left, leftBytes, tooLarge } };
}

/** All of the picture where that is little to read, else a part in the middle at full resolution. */
export function firstCamera(picture: Picture, screen: Size): Camera {
  const { world, levels } = picture;
  const whole = fitCamera(world, screen);
  const plane: Plane = {
    axes: picture.axes.value,
    at: picture.at.value,
    value: { field: undefined, part: "abs" },
  };
  let camera = whole;
  for (let i = 0; i < 40; i++) {
    const choice = chooseLevel(levels, plane.axes, camera.scale);
    const { tiles, count } = tilesIn(
      levels,
      choice.level,
      choice.step,
      plane,
      visibleBox(camera, world, screen),
    );
    const bytes = new Map(tiles.map((tile) => [tile.cut.block.join("|"), tile.bytes]));
    const total = [...bytes.values()].reduce((sum, size) => sum + size, 0);
    if ((total <= FIRST_BYTES && count <= FIRST_TILES) || bytes.size <= 1 || camera.scale >= 1) return camera;
    camera = { ...camera, scale: Math.min(1, camera.scale * 1.5) };
  }
  return camera;
}

/** What a first look may cost. */
const FIRST_BYTES = 32 * 2 ** 20;
const FIRST_TILES = 400;
