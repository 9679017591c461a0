// The page of sending: how far it is, how long it can be undone, and a moment in words.

"use strict";

// The figures are read again as a small part. The buttons stay until the state changes: nobody
// loses the place, or the button under the finger.
const SAY_EVERY_MS = 30000;
const SLOWEST_S = 60;
const lastSaid = { at: Date.now(), state: document.getElementById("live")?.dataset.state };
let failures = 0;
let waiting = 0;

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
  live.replaceWith(fresh);
  if (!held) return;
  const heading = fresh.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function renewParts(fresh) {
  fresh.querySelectorAll("[id^=live-]").forEach((part) => {
    const old = document.getElementById(part.id);
    if (old) renew(old, part);
  });
}

// What has the keyboard stays, and what is written in it and around it is new.
function renew(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old === document.activeElement) old.replaceChildren(...fresh.childNodes);
  else if (!old.contains(document.activeElement)) old.replaceWith(fresh);
  else if (old.childNodes.length === fresh.childNodes.length) {
    const parts = [...fresh.childNodes];
    [...old.childNodes].forEach((one, place) => renew(one, parts[place]));
  }
}

function show(live, text) {
  const fresh = document.adoptNode(new DOMParser().parseFromString(text, "text/html").getElementById("live"));
  if (!fresh) return;
  say(fresh);
  if (fresh.dataset.state === live.dataset.state) renewParts(fresh);
  else renewAll(live, fresh);
  live.dataset.refresh = fresh.dataset.refresh ?? "";
}

async function ask(live) {
  const known = new URLSearchParams({ stand: live.dataset.standing ?? "" });
  try {
    const answer = await fetch(`${live.dataset.from}?${known}`, { credentials: "same-origin", redirect: "error" });
    if (answer.status === 205) location.reload();
    else if (answer.status === 200) show(live, await answer.text());
    failures = answer.ok ? 0 : failures + 1;
  } catch {
    failures += 1; // no connection for a moment: the next round asks again, later each time
  }
}

function keepFresh() {
  clearTimeout(waiting);
  const seconds = Number(document.getElementById("live")?.dataset.refresh ?? 0);
  if (!seconds || document.hidden) return; // nobody looks: asked again at once when somebody does
  waiting = setTimeout(async () => {
    await ask(document.getElementById("live"));
    keepFresh();
  }, Math.min(seconds * 2 ** failures, SLOWEST_S) * 1000);
}

document.addEventListener("visibilitychange", async () => {
  const live = document.getElementById("live");
  if (document.hidden || !live?.dataset.refresh) return;
  await ask(live);
  keepFresh();
});

// How long it can be undone, by the server's clock: that of this machine may be wrong.
function countDown(line) {
  const left = Date.parse(line.dataset.until) - Date.parse(line.dataset.now);
  const end = performance.now() + left;
  const words = line.querySelector("[role=timer]");
  const tick = () => {
    if (!line.isConnected) return;
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    words.textContent = inWords(seconds);
    if (seconds) setTimeout(tick, 1000);
    else soon();
  };
  line.hidden = false;
  tick();
}

function inWords(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  const parts = [];
  if (minutes) parts.push(minutes === 1 ? "1 minuut" : `${minutes} minuten`);
  if (rest || !minutes) parts.push(rest === 1 ? "1 seconde" : `${rest} seconden`);
  return parts.join(" en ");
}

function soon() {
  document.getElementById("live").dataset.refresh = "2";
  keepFresh();
}

// A moment in words while somebody chooses one, asked when the fields rest.
function tellMoment(form) {
  const box = form.querySelector(".moment-words");
  let rest = 0;
  form.addEventListener("input", () => {
    clearTimeout(rest);
    rest = setTimeout(async () => {
      const { on, time, once } = form.elements;
      if (!on.value || !time.value) return;
      const chosen = new URLSearchParams({ on: on.value, time: time.value, once: once?.value ?? "" });
      try {
        const answer = await fetch(`${form.dataset.words}?${chosen}`, { credentials: "same-origin", redirect: "error" });
        if (answer.ok) box.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
      } catch {
        box.replaceChildren(); // no connection: the button tells the same
      }
    }, 300);
  });
}

document.querySelectorAll(".count-down").forEach(countDown);
document.querySelectorAll("form[data-words]").forEach(tellMoment);
keepFresh();
