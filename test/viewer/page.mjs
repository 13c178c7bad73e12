// What tests do with the page of the viewer.
import { ok } from "./harness.mjs";

const STAGE = ".stage canvas";

/** A page of the viewer. */
export class ViewerPage {
  /** What went wrong in the page, besides what its server was asked to refuse. */
  problems = [];
  /** Every URL that the page and its workers asked for. */
  urls = [];

  constructor(page) {
    this.page = page;
    page.on("pageerror", (error) => this.problems.push(String(error)));
    page.on("console", (message) => {
      // The second is what the tests do to look at pixels.
      const isRefusal = /Failed to load resource|^Canvas2D: Multiple readback/.test(message.text());
      if ((message.type() === "error" || message.type() === "warning") && !isRefusal)
        this.problems.push(message.text());
    });
    page.context().on("request", (request) => this.urls.push(request.url()));
  }

  /** Opens the viewer of a server at a node, and waits for the node. */
  async open(url, { path = "", tab, query = "" } = {}) {
    const fragment = new URLSearchParams({
      ...(path === "" ? {} : { path }),
      ...(tab === undefined ? {} : { tab }),
    });
    await this.page.goto("about:blank");
    await this.page.goto(`${url}/${query}#${fragment}`);
    await this.page.locator(".node-pane .panel, .node-pane .notice, .welcome").first().waitFor();
  }

  /** Waits until the picture is complete. */
  async idle() {
    await this.page.locator('.stage-column .status-line[data-busy="false"]').waitFor();
  }

  async status() {
    await this.idle();
    const line = this.page.locator(".stage-column .status-line");
    return {
      level: Number(await line.getAttribute("data-level")),
      step: Number(await line.getAttribute("data-step")),
      text: await line.innerText(),
    };
  }

  async tab(name) {
    await this.page.getByRole("tab", { name, exact: true }).click();
  }

  async stageBox() {
    return await this.page.locator(STAGE).boundingBox();
  }

  /** Points at a part of the stage, from 0 to 1; what the readout says there. */
  async pointAt(x, y) {
    const box = await this.stageBox();
    const at = { x: Math.round(box.x + box.width * x), y: Math.round(box.y + box.height * y) };
    await this.page.mouse.move(at.x - 2, at.y);
    await this.page.mouse.move(at.x, at.y);
    const readout = await this.readout("pointer");
    return { ...readout, pixel: await this.pixel(at.x - box.x, at.y - box.y) };
  }

  /** The line of the pointer or of the marker, when it no longer changes. */
  async readout(what) {
    const line = this.page.locator(`.readout [data-what=${what}]`);
    // The value belongs to where the pointer is now.
    await this.page.waitForFunction(
      (name) => {
        const { index, found } = document.querySelector(`.readout [data-what=${name}]`).dataset;
        return index !== undefined && index === found;
      },
      what,
      { timeout: 10_000 },
    );
    const index = (await line.getAttribute("data-found")).split(",").map(Number);
    const values = await line.locator(".value output").allInnerTexts();
    return { index, value: values[0], values, text: await line.innerText() };
  }

  /** Red, green and blue of a pixel of the stage. */
  async pixel(x, y) {
    return await this.page.locator(STAGE).evaluate(
      (canvas, [left, top]) => {
        const ratio = canvas.width / canvas.clientWidth;
        const { data } = canvas.getContext("2d").getImageData(left * ratio, top * ratio, 1, 1);
        return [...data.slice(0, 3)];
      },
      [x, y],
    );
  }

  /** Sets a field by its label. */
  async choose(label, value) {
    await this.page.getByRole("combobox", { name: label, exact: true }).selectOption(value);
  }

  /** Drops files of this machine on the page, as a user does. */
  async drop(files) {
    const session = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"])
      await session.send("Input.dispatchDragEvent", { type, x: 500, y: 400, data });
    await session.detach();
  }

  /** Nothing of a store has run as a program, and the page has no errors. */
  async checkSound() {
    const hacked = await this.page.evaluate(() => window.hacked);
    ok(hacked === undefined, `markup of the store was run: ${hacked}`);
    ok(this.problems.length === 0, `the page reports: ${this.problems.join("; ")}`);
  }
}
