// The mail in its frame while it is being written: where each block stands, and what lies over it.
// The frame has our origin to be measured and to be given new words; it runs no scripts.

"use strict";

const mail = (() => {
  const box = document.querySelector(".frame.can-edit");
  const frame = box.querySelector("iframe");
  const layer = Object.assign(document.createElement("div"), { className: "mail-layer" });
  const AIR_PX = 16; // between a form and the words below it
  const parts = new Map(); // by the id of the block
  const opened = { id: "", slot: null };

  const page = () => (frame.contentDocument?.URL === "about:blank" ? null : frame.contentDocument);
  const lines = () => [...document.querySelectorAll("#schrijven .blocks > li[data-block]")];
  const ids = () => lines().map((line) => line.dataset.block);
  const lineOf = (id) => document.querySelector(`#schrijven .blocks > li[data-block="${CSS.escape(id)}"]`);
  const find = (what, id) => page()?.querySelector(`[data-${what}="${CSS.escape(id)}"]`);

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

  // Measure where the blocks stand now, with room for the form of the one that is open.
  function measure() {
    if (!page()?.body) return;
    const room = find("begins", opened.id);
    if (room) setStyle(room, "height", `${(opened.slot?.offsetHeight ?? 0) + AIR_PX}px`);
    const above = frame.offsetTop + frame.clientTop;
    for (const [id, part] of parts) {
      const begins = find("begins", id);
      const ends = find("ends", id);
      part.hidden = !begins || !ends;
      if (part.hidden) continue;
      const top = begins.getBoundingClientRect().top;
      setStyle(part, "top", `${above + top}px`);
      setStyle(part, "height", `${ends.getBoundingClientRect().bottom - top}px`);
    }
  }

  const watcher = new ResizeObserver(measure);

  // ---------- the form of one block, at its place ----------

  // A block that does not stand in this mail yet gets a place after the one before it.
  function makeRoom(id) {
    if (!page() || find("begins", id)) return;
    const before = ids().slice(0, ids().indexOf(id)).reverse().map((one) => find("ends", one)).find(Boolean);
    const begins = page().createElement("div");
    const ends = page().createElement("div");
    Object.assign(begins.dataset, { begins: id, made: "" });
    Object.assign(ends.dataset, { ends: id, made: "" });
    if (before) before.after(begins, ends);
    else page().body.querySelector("[data-begins]")?.before(begins, ends);
  }

  function clearRoom() {
    const room = find("begins", opened.id);
    if (room) room.style.height = "";
    page()?.querySelectorAll("[data-made]").forEach((one) => one.remove());
  }

  // Put the form above the words of its block; without a place in the mail it stands in the list.
  function open(id, form) {
    close();
    makeRoom(id);
    arrange();
    const part = parts.get(id);
    if (!part || !find("begins", id)) {
      lineOf(id)?.append(form);
      return;
    }
    Object.assign(opened, { id, slot: form });
    part.classList.add("is-editing");
    part.querySelector(".mail-slot").append(form);
    watcher.observe(form);
    measure();
  }

  function close() {
    if (opened.slot) watcher.unobserve(opened.slot);
    clearRoom();
    parts.get(opened.id)?.classList.remove("is-editing");
    Object.assign(opened, { id: "", slot: null });
    measure();
  }

  // ---------- new words in the frame ----------

  function renewAttributes(old, fresh) {
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }

  // Change only what is different: what stays does not flicker, and its pictures are not fetched.
  function renew(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeName !== fresh.nodeName) {
      old.replaceWith(page().importNode(fresh, true));
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) {
      old.data = fresh.data;
      return;
    }
    renewAttributes(old, fresh);
    const before = [...old.childNodes];
    [...fresh.childNodes].forEach((one, place) => {
      if (before[place]) renew(before[place], one);
      else old.append(page().importNode(one, true));
    });
    before.slice(fresh.childNodes.length).forEach((one) => one.remove());
  }

  function show(html) {
    if (!page()) return;
    // The frame's own: one of this page would refuse the styles of the mail, as its policy says.
    const fresh = new frame.contentWindow.DOMParser().parseFromString(html, "text/html");
    clearRoom();
    renew(page().body, fresh.body);
    if (opened.id) makeRoom(opened.id);
    arrange();
    measure();
  }

  let asked = null;
  async function reload() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(frame.src, { credentials: "same-origin", signal: asked.signal });
      if (answer.ok) show(await answer.text());
    } catch (error) {
      if (error.name !== "AbortError") throw error; // a newer one is under way
    }
  }

  // ---------- from the start ----------

  const ready = new Promise((done) => {
    const look = () => {
      if (!page()?.querySelector("[data-begins]") && page()?.readyState !== "complete") return;
      if (!page()?.body) return;
      watcher.observe(page().body);
      arrange();
      measure();
      done();
    };
    frame.addEventListener("load", look);
    look();
  });
  frame.tabIndex = -1; // its links are not on the way: what is done to a block is
  box.append(layer);
  watcher.observe(frame);

  return { box, layer, lines, lineOf, ids, ready, open, close, show, reload, arrange, measure, parts, opened };
})();
