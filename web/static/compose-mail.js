// The mail in its frame while it is being written: where each block stands, and what lies over it.
// The frame has an origin of its own; its script (frame.js) and this one send each other messages.

"use strict";

const mail = (() => {
  const box = document.querySelector(".frame.can-edit");
  const frame = box.querySelector("iframe");
  const layer = Object.assign(document.createElement("div"), { className: "mail-layer" });
  const AIR_PX = 16; // between a form and the words below it
  const PATIENCE_MS = 1000;
  const parts = new Map(); // by the id of the block
  const places = new Map(); // where each stands in the mail: from, to
  const opened = { id: "", slot: null };
  const asked = { turn: 0, told: 0, waiting: [] };

  const lines = () => [...document.querySelectorAll("#schrijven .blocks > li[data-block]")];
  const ids = () => lines().map((line) => line.dataset.block);
  const lineOf = (id) => document.querySelector(`#schrijven .blocks > li[data-block="${CSS.escape(id)}"]`);

  // To any origin, as the frame has none; what is sent is what stands in it.
  const send = (message) => frame.contentWindow.postMessage(message, "*");

  // ---------- what lies over each block ----------

  function makePart(id) {
    const part = document.getElementById("over-een-blok").content.firstElementChild.cloneNode(true);
    part.dataset.block = id;
    parts.set(id, part);
    return part;
  }

  function arrange() {
    const all = ids();
    for (const [id, part] of parts) {
      if (all.includes(id)) continue;
      part.remove();
      parts.delete(id);
    }
    let last = null;
    for (const id of all) {
      const part = parts.get(id) ?? makePart(id);
      const name = lineOf(id).dataset.name;
      part.setAttribute("aria-label", name);
      part.querySelector(".block-bar").setAttribute("aria-label", name);
      const next = last ? last.nextSibling : layer.firstChild;
      if (next !== part) layer.insertBefore(part, next);
      last = part;
    }
  }

  const setStyle = (element, name, value) => {
    if (element.style[name] !== value) element.style[name] = value;
  };

  // Lay the parts where the blocks stand.
  function measure() {
    const above = frame.offsetTop + frame.clientTop;
    for (const [id, part] of parts) {
      const place = places.get(id);
      part.hidden = !place;
      if (!place) continue;
      setStyle(part, "top", `${above + place.from}px`);
      setStyle(part, "height", `${place.to - place.from}px`);
    }
  }

  function hear({ blocks, turn }) {
    places.clear();
    for (const [id, from, to] of blocks) places.set(String(id), { from: Number(from), to: Number(to) });
    arrange();
    measure();
    asked.told = turn;
    asked.waiting = asked.waiting.filter(({ until, done }) => turn < until || done());
  }

  // ---------- the form of one block, at its place ----------

  function askRoom() {
    const all = ids();
    const before = opened.id ? all.slice(0, all.indexOf(opened.id)).reverse() : [];
    const px = opened.slot ? opened.slot.offsetHeight + AIR_PX : 0;
    asked.turn += 1;
    send({ room: { id: opened.id, before, px }, turn: asked.turn });
  }

  // Until the mail has made the room that was asked for last.
  function settled() {
    if (asked.told >= asked.turn) return Promise.resolve();
    const until = asked.turn;
    return new Promise((done) => {
      asked.waiting.push({ until, done });
      setTimeout(done, PATIENCE_MS);
    });
  }

  const formWatcher = new ResizeObserver(askRoom);

  // Put the form above the words of its block; without a place in the mail it stands in the list.
  function open(id, form) {
    close();
    arrange();
    const part = parts.get(id);
    if (!part || places.size === 0) {
      lineOf(id)?.append(form);
      return Promise.resolve();
    }
    Object.assign(opened, { id, slot: form });
    part.classList.add("is-editing");
    part.hidden = false;
    part.querySelector(".mail-slot").append(form);
    formWatcher.observe(form);
    askRoom();
    return settled();
  }

  function close() {
    if (!opened.id) return;
    formWatcher.unobserve(opened.slot);
    parts.get(opened.id)?.classList.remove("is-editing");
    Object.assign(opened, { id: "", slot: null });
    askRoom();
  }

  // ---------- new words in the frame ----------

  const show = (html) => send({ html });

  let reading = null;
  async function reload() {
    reading?.abort();
    reading = new AbortController();
    try {
      const answer = await fetch(frame.src, { credentials: "same-origin", signal: reading.signal });
      if (answer.ok) show(await answer.text());
    } catch (error) {
      // A newer one is under way, or there is no connection: then keeping the words tells of it.
      if (!(error instanceof TypeError || error.name === "AbortError")) throw error;
    }
  }

  // ---------- from the start ----------

  const ready = new Promise((done) => {
    addEventListener("message", ({ source, data }) => {
      if (source !== frame.contentWindow || !Array.isArray(data?.blocks)) return;
      hear(data);
      done();
    });
  });
  frame.tabIndex = -1; // its links are not on the way: what is done to a block is
  box.append(layer);
  new ResizeObserver(measure).observe(frame);
  send({});

  return { box, layer, lines, lineOf, ids, ready, open, close, show, reload, arrange, measure, parts, opened };
})();
