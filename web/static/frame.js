// Inside the frame of a mail, which has an origin of its own: it tells the desk how tall the mail is
// and where its blocks stand, and takes in new words. The frame's policy lets no other script run.

"use strict";

(() => {
  if (parent === self) return; // the mail in a window of its own
  const desk = location.origin; // of the address; the frame itself has none
  let room = { id: "", before: [], px: 0 };
  let turn = 0; // the last time that the desk asked for room

  const find = (what, id) => document.querySelector(`[data-${what}="${CSS.escape(id)}"]`);

  function tell() {
    const blocks = [...document.querySelectorAll("[data-begins]")].flatMap((begins) => {
      const id = begins.dataset.begins;
      const ends = find("ends", id);
      if (!ends) return [];
      return [[id, scrollY + begins.getBoundingClientRect().top, scrollY + ends.getBoundingClientRect().bottom]];
    });
    parent.postMessage({ height: document.body.offsetHeight, blocks, turn }, desk);
  }

  // ---------- room for a form above the words of its block ----------

  // A block that does not stand in this mail yet gets a place after the one before it.
  function makeRoom() {
    if (!room.id) return;
    if (!find("begins", room.id)) {
      const before = room.before.map((one) => find("ends", one)).find(Boolean);
      const begins = document.createElement("div");
      const ends = document.createElement("div");
      Object.assign(begins.dataset, { begins: room.id, made: "" });
      Object.assign(ends.dataset, { ends: room.id, made: "" });
      if (before) before.after(begins, ends);
      else document.querySelector("[data-begins]")?.before(begins, ends);
    }
    const begins = find("begins", room.id);
    if (begins) begins.style.height = `${room.px}px`;
  }

  function clearRoom() {
    const begins = find("begins", room.id);
    if (begins) begins.removeAttribute("style");
    document.querySelectorAll("[data-made]").forEach((one) => one.remove());
  }

  // ---------- new words ----------

  function renewAttributes(old, fresh) {
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }

  // Change only what is different: what stays does not flicker, and its pictures are not fetched.
  function renew(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeName !== fresh.nodeName) {
      old.replaceWith(document.importNode(fresh, true));
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
      else old.append(document.importNode(one, true));
    });
    before.slice(fresh.childNodes.length).forEach((one) => one.remove());
  }

  function show(html) {
    renew(document.body, new DOMParser().parseFromString(html, "text/html").body);
  }

  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || origin !== desk) return;
    clearRoom();
    if (typeof data.html === "string") show(data.html);
    if (data.room) ({ room, turn } = data);
    makeRoom();
    tell();
  });

  new ResizeObserver(tell).observe(document.body);
  addEventListener("load", tell);
  tell(); // a frame out of sight is not drawn, so it is not observed either
})();
