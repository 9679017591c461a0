// The page of a segment: the count follows while conditions are typed, and what a button adds or
// takes away comes without leaving the page. Without this script every button asks for a new page.

"use strict";

const WAIT_MS = 400;
const form = document.getElementById("doelgroep");
const count = document.getElementById("telling");
const typed = new Map(); // what was typed since a change of the form was asked for, by field
let waiting = 0;
let asked = 0;
let redoing = 0;

async function read(address, options) {
  const mine = ++asked; // a later question makes an earlier answer worthless
  clearTimeout(waiting);
  try {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "error", ...options });
    const text = await answer.text();
    if (mine !== asked || answer.status >= 500) return null;
    return new DOMParser().parseFromString(text, "text/html");
  } catch {
    return null; // no connection for a moment: what is typed next asks again
  }
}

function show(fresh) {
  // Told once: the same number again says nothing.
  if (fresh.textContent.trim() !== count.textContent.trim()) count.replaceChildren(...fresh.childNodes);
}

function tellSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => (redoing ? tellSoon() : tell()), WAIT_MS);
}

async function tell() {
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrf");
  const query = new URLSearchParams([...fields, ["slug", form.dataset.slug ?? ""]]);
  const fresh = await read(`${form.dataset.count}?${query}`);
  if (fresh) show(fresh.body);
}

async function redo(done, focused) {
  const body = new URLSearchParams([...new FormData(form), ["doe", done]]);
  typed.clear();
  redoing += 1;
  const fresh = await read(form.action, { method: "POST", body });
  redoing -= 1;
  const made = fresh?.getElementById("doelgroep");
  if (!made) return false;
  const at = typed.size ? document.activeElement.name : "";
  form.replaceChildren(...made.childNodes);
  show(fresh.getElementById("telling"));
  (putBack(at) ?? focused(form))?.focus();
  return true;
}

// Who typed on meanwhile loses nothing, and goes on there.
function putBack(at) {
  for (const [name, value] of typed) if (form.elements[name]) form.elements[name].value = value;
  if (typed.size) tellSoon();
  return form.elements[at];
}

function place(done) {
  // Where to go on: at the new field, or at what comes after what went.
  const [kind, at] = done.split("-");
  const last = '.conditions > li:last-child select';
  const rows = { en: last, of: last, nog: `#nog-${at}`, haal: `#waarde-${at}, [value="nog-${at}"]` };
  return (made) => made.querySelector(rows[kind] ?? `#veld-${at}`) ?? made.querySelector('[value="en"]');
}

form.addEventListener("click", async (event) => {
  const button = event.target.closest('button[name="doe"]');
  if (!button || !/^(en|of|(weg|nog|haal)-.+)$/.test(button.value)) return;
  event.preventDefault();
  if (!(await redo(button.value, place(button.value)))) form.requestSubmit(button);
});

form.addEventListener("input", (event) => {
  const field = event.target;
  if (field.id.startsWith("veld-")) {
    const at = field.id.slice("veld-".length);
    for (const name of ["waarde", "nog"]) {
      const value = form.elements[`${name}-${at}`];
      if (value) value.value = "";
    }
    redo("tel", (made) => made.querySelector(`#${field.id}`));
    return;
  }
  if (redoing && field.name) typed.set(field.name, field.value);
  tellSoon();
});
