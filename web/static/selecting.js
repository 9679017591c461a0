// Choosing from what came in: by keys, and without loading the page anew. It needs desk.js.
// Every form and link here works without this; the script only fetches what the browser would.

"use strict";

const list = () => document.getElementById("selectie");
const items = () => [...document.querySelectorAll("#selectie .item")];
const current = () => document.querySelector("#selectie .item.is-current");
const inField = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

// ---------- which item is at hand ----------

function mark(item) {
  items().forEach((one) => {
    one.classList.toggle("is-current", one === item);
    if (one === item) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  });
}

function goTo(item) {
  if (!item) return;
  mark(item);
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

// Steps go past what was chosen: that is passed by Tab, so that no key takes it out by accident.
const isStop = (item) => !item.matches(".item-in, .is-leaving");

function nearest(item, step) {
  const all = items();
  const rest = step > 0 ? all.slice(all.indexOf(item) + 1) : all.slice(0, all.indexOf(item)).reverse();
  return rest.find(isStop);
}

function walk(step) {
  const now = current();
  goTo(now ? nearest(now, step) ?? now : items().find(isStop));
}

// ---------- one thing after the other ----------

const leaving = new Set(); // the ids of items that are on their way out of the list
let queue = Promise.resolve();
const inTurn = (work) => {
  queue = queue.then(work).catch(sayFailure);
};

function nothingLeaves() {
  leaving.clear();
  items().forEach((one) => one.classList.remove("is-leaving"));
}

function sayFailure() {
  nothingLeaves();
  say("Het lukte nu niet. Kijk of je verbinding werkt en probeer het opnieuw.");
}

function say(text, link) {
  const toast = document.createElement("div");
  toast.className = "toast toast-fixed";
  toast.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (link) toast.append(link);
  document.getElementById("melding").replaceChildren(toast);
}

// Ask for a page as the browser would.
async function ask(address, options = {}) {
  const answer = await fetch(address, { credentials: "same-origin", ...options });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { page, isOurs: page.getElementById("selectie") !== null };
}

// Not this page but the door, or why something cannot be done: it is said here, and what stands on
// the page stays, with what somebody was writing.
let tokenIsOld = false;
function sayRefused(page) {
  nothingLeaves();
  tokenIsOld = true;
  const text = [...page.querySelectorAll("main h1, main h1 + p")].map((one) => one.textContent.trim());
  const way = page.querySelector("main a.button");
  const isDoor = page.querySelector("form input[type=password]") !== null || way?.pathname === "/redactie/inloggen";
  const link = document.createElement("a");
  Object.assign(link, { className: "button", href: isDoor ? "/redactie/inloggen" : location.href });
  link.textContent = isDoor ? "Log in (nieuw tabblad)" : "Laad deze bladzijde opnieuw";
  if (isDoor) Object.assign(link, { target: "_blank", rel: "noopener" });
  say(isDoor ? "Je bent niet meer ingelogd. Alles hier blijft staan. Log in en doe het dan opnieuw." : text.join(". ").replaceAll("..", "."), link);
}

// Who signed in again has another token: the forms here get it before the next is sent.
async function renewToken() {
  if (!tokenIsOld) return;
  const { page, isOurs } = await ask(location.href);
  const token = isOurs && page.querySelector("input[name=csrf]")?.value;
  if (!token) return;
  document.querySelectorAll("input[name=csrf]").forEach((one) => { one.value = token; });
  tokenIsOld = false;
}

const adopt = (node) => document.adoptNode(node);

// Show what the server says now; what somebody is writing stays as it is.
function show(page, id) {
  const old = list();
  const fresh = adopt(page.getElementById("selectie"));
  const before = document.getElementById(id)?.getBoundingClientRect().top;
  old.querySelectorAll(".item:has(form.rewrite)").forEach((item) => {
    const form = item.querySelector("form.rewrite");
    const there = fresh.querySelector(`#${item.id}`);
    if (there && written.has(form) && !there.querySelector(".error")) there.replaceWith(item);
  });
  leaving.forEach((one) => fresh.querySelector(`#${one}`)?.classList.add("is-leaving"));
  old.replaceWith(fresh);
  for (const part of [".pagehead", ".filters select[name=stand]", ".desknav ul", "#melding > *"]) swap(page, part);
  showKeysButton();
  goOnWith(id, before);
}

function swap(page, part) {
  const there = page.querySelector(part);
  const here = document.querySelector(part);
  if (part.startsWith("#melding")) document.getElementById("melding").replaceChildren(...(there ? [adopt(there)] : []));
  else if (there && here) here.replaceWith(adopt(there));
}

// The item at hand stays where it was on the screen, whatever came or went above it.
function goOnWith(id, before) {
  const item = document.getElementById(id);
  if (!item) {
    if (document.activeElement === document.body) list().focus({ preventScroll: true });
    return;
  }
  mark(item);
  if (before !== undefined) window.scrollBy({ top: item.getBoundingClientRect().top - before, behavior: "instant" });
  if (document.activeElement === document.body) item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

// ---------- the forms ----------

const idIn = (address) => `b${new URL(address, location.href).pathname.split("/").at(-2)}`;

// What to go on with when this item leaves its place: the next one, else the one before.
function neighbour(item) {
  return nearest(item, 1) ?? nearest(item, -1) ?? item;
}

function send(form, button) {
  const id = idIn(form.action);
  const item = form.closest(".item");
  if (item?.matches(".is-leaving")) return; // pressed twice
  const isUndo = form.closest("#melding") !== null;
  const stays = !item || form.matches(".rewrite") || item.dataset.state === "taken";
  const next = stays ? id : neighbour(item).id;
  if (!stays) {
    item.classList.add("is-leaving");
    leaving.add(id);
    goTo(document.getElementById(next));
  }
  if (form.matches(".rewrite")) written.add(form); // until it is kept
  inTurn(async () => {
    await renewToken();
    const body = new URLSearchParams(new FormData(form, button?.name ? button : undefined));
    const { page, isOurs } = await ask(form.action, { method: "POST", body });
    leaving.delete(id);
    if (!isOurs) return sayRefused(page);
    written.delete(form);
    if (form.matches(".rewrite")) document.activeElement?.blur();
    const at = current()?.id;
    show(page, isUndo || stays || !at ? next : at);
    if (form.matches(".rewrite")) goOnWriting(id);
  });
}

// What was not kept is told above the words, which stay somebody's own to keep.
function goOnWriting(id) {
  const notice = document.querySelector(`#${id} form.rewrite .notice`);
  if (!notice) return;
  written.add(notice.closest("form"));
  notice.focus();
}

function open(link) {
  const item = link.closest(".item");
  const willOpen = link.getAttribute("aria-expanded") !== "true";
  const rewrite = item.querySelector("form.rewrite");
  if (!willOpen && rewrite && written.has(rewrite)) {
    rewrite.requestSubmit(); // nobody loses words by closing
    return;
  }
  inTurn(async () => {
    const { page, isOurs } = await ask(link.href);
    if (!isOurs) return sayRefused(page);
    show(page, item.id);
    const field = document.querySelector(`#${item.id} textarea`);
    if (willOpen && field) {
      field.focus();
      field.setSelectionRange(field.value.length, field.value.length);
    } else document.getElementById(item.id)?.focus({ preventScroll: true });
  });
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (!event.target.closest("#selectie .item, #melding") || "leaves" in event.target.dataset) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

document.addEventListener("click", (event) => {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link = plain && event.target.closest("#selectie .opener, #selectie .item h3 a");
  if (!link) return;
  event.preventDefault();
  open(link.matches(".opener") ? link : link.closest(".item").querySelector(".opener") ?? link);
});

// Whoever works in an item has it at hand.
document.addEventListener("focusin", (event) => {
  const item = event.target.closest("#selectie .item");
  if (item && item !== current()) mark(item);
});

// ---------- the keys ----------

// They can be switched off, for who speaks to the machine or hits a key by accident.
const KEYS_OFF = "keys off";
const keysAreOff = () => localStorage.getItem(KEYS_OFF) !== null;

function showKeysButton() {
  const button = document.getElementById("toetsen-uit");
  button.textContent = keysAreOff() ? button.dataset.on : button.dataset.off;
  button.hidden = false;
  document.documentElement.classList.toggle("keys-off", keysAreOff());
}

document.addEventListener("click", (event) => {
  if (event.target.id !== "toetsen-uit") return;
  if (keysAreOff()) localStorage.removeItem(KEYS_OFF);
  else localStorage.setItem(KEYS_OFF, "yes");
  showKeysButton();
});

function press(key) {
  if (key === "z") {
    queue.then(() => document.querySelector('#melding [data-key="z"]')?.click()); // of the last thing
    return true;
  }
  const item = current();
  const button = item && !item.classList.contains("is-leaving") && item.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (button) button.click();
  return Boolean(button);
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest("form.rewrite");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (form && event.key === "Escape") {
    form.closest(".item").focus();
  }
  if (keysAreOff() || event.ctrlKey || event.altKey || event.metaKey || inField(event.target)) return;
  if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key.length > 1 || !press(event.key)) return;
  event.preventDefault();
});

showKeysButton();
if (document.querySelector("#selectie .item.is-open")) mark(document.querySelector("#selectie .item.is-open"));
