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

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || isField(event.target)) return;
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

keepFresh();
goOn();

// What was written is not lost by a wrong click on a link.
let written = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form[method=post]")) written = true;
});
document.addEventListener("submit", () => { written = false; });
window.addEventListener("beforeunload", (event) => {
  if (written) event.preventDefault();
});
