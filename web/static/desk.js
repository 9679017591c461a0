// The desk's own script. Everything works without it: it only saves a hand some way.

"use strict";

const isField = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

// j and k walk through what came in; a letter on a button presses that button of the current item.
function currentItem() {
  return document.querySelector(".item.is-current");
}

const PLACE = "place in the inbox";
const places = () => [...document.querySelectorAll(".item:not(.item-in)")];

function walk(step) {
  const items = places();
  if (items.length === 0) return;
  const now = items.indexOf(currentItem());
  const next = items[Math.min(Math.max(now + step, 0), items.length - 1)];
  items.forEach((item) => {
    item.classList.toggle("is-current", item === next);
    item.removeAttribute("aria-current");
  });
  next.setAttribute("aria-current", "true");
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function press(key) {
  const place = key === "z" ? document : currentItem();
  const button = place && place.querySelector(`button[data-key="${key}"]`);
  if (!button) return false;
  if (key !== "z") sessionStorage.setItem(PLACE, String(places().indexOf(place)));
  button.click();
  return true;
}

// After a decision the page comes anew: go on with the item that took the decided one's place.
function goOn() {
  const place = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  if (place === null) return;
  for (let step = 0; step <= Number(place); step += 1) walk(1);
}

// The letters can be switched off, for who speaks to the machine or hits a key by accident.
const KEYS_OFF = "keys off";
const keysAreOff = () => localStorage.getItem(KEYS_OFF) !== null;
const keysButton = document.getElementById("toetsen-uit");

function showKeysButton() {
  keysButton.textContent = keysAreOff() ? keysButton.dataset.on : keysButton.dataset.off;
  keysButton.hidden = false;
}

if (keysButton) {
  showKeysButton();
  keysButton.addEventListener("click", () => {
    if (keysAreOff()) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "yes");
    showKeysButton();
  });
}

document.addEventListener("keydown", (event) => {
  if (keysAreOff() || event.ctrlKey || event.altKey || event.metaKey || isField(event.target)) return;
  if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (!press(event.key)) return;
  event.preventDefault();
});

// While an edition is being sent its figures are read again, without losing the place on the page.
async function refresh(live) {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) return;
    document.title = page.title;
    if (!live.contains(document.activeElement)) live.replaceWith(document.adoptNode(fresh));
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

keepFresh();
goOn();
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
