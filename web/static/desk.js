// The desk's own script. Everything works without it: it only saves a hand some way.

"use strict";

// After something was done to a block, the keyboard goes on in that block, not at the page's top.
function stayInBlock() {
  const block = document.getElementById("bewerk");
  if (block && document.querySelector(".toast")) block.focus({ preventScroll: true });
}

// A mail stands in a frame on an origin of its own; its script says how tall the mail is.
const HIGHEST_PX = 60000;
const STEP_PX = 40;
const frames = () => [...document.querySelectorAll(".frame iframe")];

// What somebody sees below a mail of which they are past the beginning, and do not write in.
function inSightBelow(frame) {
  const { top, bottom } = frame.getBoundingClientRect();
  if (top >= 0 || frame.parentElement.contains(document.activeElement)) return null;
  for (let y = innerHeight - 1; y > bottom; y -= STEP_PX) {
    const one = document.elementFromPoint(innerWidth / 2, y);
    if (one && !one.closest(".jumps, .toast-fixed") && one.getBoundingClientRect().top >= bottom - 1) return one;
  }
  return null;
}

// That stays where it is on the screen: no finger presses what came under it.
function setHeight(frame, px) {
  const held = inSightBelow(frame);
  const before = held?.getBoundingClientRect().top;
  frame.style.height = `${px}px`;
  if (held) window.scrollBy({ top: held.getBoundingClientRect().top - before, behavior: "instant" });
}

window.addEventListener("message", ({ source, data }) => {
  const frame = frames().find((one) => one.contentWindow === source);
  const height = Math.ceil(Number(data?.height)) + 2;
  if (frame && height > 2 && height < HIGHEST_PX) setHeight(frame, height);
});
frames().forEach((frame) => frame.contentWindow.postMessage({}, "*")); // it may have spoken before

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

// Who writes without saving is still there: the server hears of it now and then.
const STILL_HERE_MS = 5 * 60 * 1000;
let saidHere = Date.now();
document.addEventListener("input", () => {
  const csrf = document.querySelector("input[name=csrf]")?.value;
  if (!csrf || Date.now() - saidHere < STILL_HERE_MS) return;
  saidHere = Date.now();
  fetch("/redactie/bezig", { method: "POST", body: new URLSearchParams({ csrf }) }).catch(() => { saidHere = 0; });
});

// What is shown only once can be put on paper with one press.
document.querySelectorAll("button[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
