// The desk's own script. Everything works without it: it only saves a hand some way.

"use strict";

// While an edition is being sent its figures are read again. The buttons stay until its state
// changes: nobody loses the place, or the button under the finger.
const SAY_EVERY_MS = 30000;
const lastSaid = { at: Date.now(), state: document.getElementById("live")?.dataset.state };

// Who listens hears the heading at every change of state, and now and then in between.
function say(live) {
  const box = document.getElementById("gezegd");
  const changed = live.dataset.state !== lastSaid.state;
  if (!box || (!changed && Date.now() - lastSaid.at < SAY_EVERY_MS)) return;
  box.textContent = live.querySelector("h1").textContent;
  lastSaid.at = Date.now();
  lastSaid.state = live.dataset.state;
}

function renewAll(live, fresh) {
  const held = live.contains(document.activeElement);
  live.replaceWith(document.adoptNode(fresh));
  if (!held) return;
  const heading = fresh.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function renewParts(fresh) {
  fresh.querySelectorAll("[id^=live-]").forEach((part) => {
    const old = document.getElementById(part.id);
    if (old && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(part));
  });
}

async function refresh(live) {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) return;
    document.title = page.title;
    say(fresh);
    if (fresh.dataset.state === live.dataset.state) renewParts(fresh);
    else renewAll(live, fresh);
  } catch {
    // No connection for a moment: the next round asks again.
  }
}

function keepFresh() {
  const live = document.getElementById("live");
  const seconds = live ? Number(live.dataset.refresh) : 0;
  if (!seconds) return;
  setTimeout(async () => {
    if (!document.hidden) await refresh(live);
    keepFresh();
  }, seconds * 1000);
}

// After something was done to a block, the keyboard goes on in that block, not at the page's top.
function stayInBlock() {
  const block = document.getElementById("bewerk");
  if (block && document.querySelector(".toast")) block.focus({ preventScroll: true });
}

// The mail's frame is as tall as the mail: it has our origin to be measured, and no scripts.
function fit(frame) {
  const page = frame.contentDocument;
  if (!page?.body || page.URL === "about:blank") return; // not there yet: its load comes later
  const measure = () => { frame.style.height = `${Math.ceil(page.body.offsetHeight) + 2}px`; };
  new ResizeObserver(measure).observe(page.body);
}

document.querySelectorAll(".frame iframe").forEach((frame) => {
  frame.addEventListener("load", () => fit(frame));
  fit(frame);
});

keepFresh();
stayInBlock();

// What was written is not lost by a wrong click: on a link, or on the button of another form.
const written = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[method=post]");
  if (form) written.add(form);
  const count = document.querySelector(`[data-count="${event.target.id}"]`);
  if (count) count.textContent = String(event.target.value.length);
});
document.addEventListener("submit", (event) => { written.delete(event.target); });
window.addEventListener("beforeunload", (event) => {
  if (written.size > 0) event.preventDefault();
});

// A button that does something with what is ticked says with how many.
function countTicked(button) {
  const ticked = button.form.querySelectorAll(`[name="${button.dataset.ticked}"]:checked`).length;
  const word = ticked === 1 ? button.dataset.one : button.dataset.many;
  button.textContent = word.replace("#", String(ticked));
}
document.querySelectorAll("button[data-ticked]").forEach((button) => {
  countTicked(button);
  button.form.addEventListener("change", () => countTicked(button));
});

// Undo and redo by keyboard, as everywhere; inside a field those keys are of the field.
const FIELD = "input:not([type=hidden]), textarea, select, [contenteditable=true]";
function pressChord(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z") return;
  if (event.target.closest?.(FIELD)) return;
  const chord = event.shiftKey ? "Control+Shift+Z" : "Control+Z";
  const button = document.querySelector(`button[data-chord="${chord}"]`);
  if (!button || event.repeat) return;
  event.preventDefault();
  button.click();
}
document.addEventListener("keydown", pressChord);
