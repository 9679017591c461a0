// The page of a segment: the count follows while conditions are typed, and a value is offered from
// what its field has. Without this script the button "Tel opnieuw" counts.

"use strict";

const WAIT_MS = 400;
const form = document.getElementById("doelgroep");
const count = document.getElementById("telling");
let waiting = 0;
let asked = 0;

async function tell() {
  const mine = ++asked;
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrf");
  const address = `${form.dataset.count}?${new URLSearchParams([...fields, ["slug", form.dataset.slug ?? ""]])}`;
  try {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok || mine !== asked) return; // a later question is on its way
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    count.replaceChildren(...fresh.body.childNodes);
  } catch {
    // no connection for a moment: what is typed next asks again
  }
}

function follow(event) {
  const values = document.getElementById(event.target.dataset.values ?? "");
  if (values) {
    values.setAttribute("list", `bij-${event.target.value.replaceAll(" ", "-")}`);
    values.value = "";
  }
  clearTimeout(waiting);
  waiting = setTimeout(tell, WAIT_MS);
}

form.addEventListener("input", follow);
