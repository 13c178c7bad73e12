/**
 * Which part of a picture is seen. Pure.
 *
 * World coordinates are elements of the finest level: x along the columns, y along the rows.
 *
 * @module
 */

/** A look at a picture. */
export interface Camera {
  /** World position in the middle of the screen. */
  readonly x: number;
  readonly y: number;
  /** Screen pixels an element has. */
  readonly scale: number;
}

/** Lengths of a screen in pixels, or of a world in elements. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Edges in world coordinates. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const MAX_SCALE = 256;
/** The picture fills this part of the screen when all of it is shown. */
const FIT = 0.96;

/** All of the picture. */
export function fitCamera(world: Size, screen: Size): Camera {
  const scale = Math.min(
    (screen.width / Math.max(1, world.width)) * FIT,
    (screen.height / Math.max(1, world.height)) * FIT,
    MAX_SCALE,
  );
  return { x: world.width / 2, y: world.height / 2, scale };
}

/** Nearer or farther, with the same element under a point of the screen. */
export function zoomCamera(
  camera: Camera,
  factor: number,
  at: { readonly x: number; readonly y: number },
  world: Size,
  screen: Size,
): Camera {
  const smallest = fitCamera(world, screen).scale / 4;
  const scale = Math.max(smallest, Math.min(MAX_SCALE, camera.scale * factor));
  const dx = at.x - screen.width / 2;
  const dy = at.y - screen.height / 2;
  return boundCamera(
    {
      x: camera.x + dx / camera.scale - dx / scale,
      y: camera.y + dy / camera.scale - dy / scale,
      scale,
    },
    world,
  );
}

/** Moved by pixels of the screen. */
export function panCamera(camera: Camera, dx: number, dy: number, world: Size): Camera {
  return boundCamera({ ...camera, x: camera.x + dx / camera.scale, y: camera.y + dy / camera.scale }, world);
}

/** The middle of the screen stays on the picture. */
function boundCamera(camera: Camera, world: Size): Camera {
  return {
    ...camera,
    x: Math.max(0, Math.min(world.width, camera.x)),
    y: Math.max(0, Math.min(world.height, camera.y)),
  };
}

/** The part of the world on the screen, cut at the edges of the picture. */
export function visibleBox(camera: Camera, world: Size, screen: Size): Box {
  const halfWidth = screen.width / 2 / camera.scale;
  const halfHeight = screen.height / 2 / camera.scale;
  return {
    left: Math.max(0, camera.x - halfWidth),
    top: Math.max(0, camera.y - halfHeight),
    right: Math.min(world.width, camera.x + halfWidth),
    bottom: Math.min(world.height, camera.y + halfHeight),
  };
}

/** From the screen to the world. */
export function toWorld(
  camera: Camera,
  screen: Size,
  at: { readonly x: number; readonly y: number },
): { readonly x: number; readonly y: number } {
  return {
    x: camera.x + (at.x - screen.width / 2) / camera.scale,
    y: camera.y + (at.y - screen.height / 2) / camera.scale,
  };
}

/** From the world to the screen. */
export function toScreen(
  camera: Camera,
  screen: Size,
  at: { readonly x: number; readonly y: number },
): { readonly x: number; readonly y: number } {
  return {
    x: (at.x - camera.x) * camera.scale + screen.width / 2,
    y: (at.y - camera.y) * camera.scale + screen.height / 2,
  };
}
