// The page of the organisation: contrast is told while colours are chosen, and the mail beside the
// form follows. Without this script the server says the same, at "Bekijk" and at "Bewaar".

"use strict";

const ENOUGH = 4.5; // WCAG 2.2, 1.4.3
const FAR_ENOUGH = 7; // 1.4.6
const LARGE_ONLY = 3;
const WAIT_MS = 300;
const SAY_MS = 800;
const FULL = /^#[0-9a-f]{6}$/;

const form = document.getElementById("organisatie");
const frame = document.getElementById("proefmail");
const inputs = new Map([...form.querySelectorAll("[data-colour]")].map((one) => [one.dataset.colour, one]));

// The colour as the server reads it: with or without #, of three digits or six; "" for no colour.
function typed(input) {
  const digits = input.value.trim().toLowerCase().replace(/^#/, "");
  const long = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  return FULL.test(`#${long}`) ? `#${long}` : "";
}

function colourOf(setting) {
  const input = inputs.get(setting);
  return typed(input) || input.dataset.standard || colourOf("school");
}

function luminance(colour) {
  const parts = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

function contrast(one, other) {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function verdict(ratio) {
  if (ratio >= FAR_ENOUGH) return "heel goed";
  if (ratio >= ENOUGH) return "goed";
  return ratio >= LARGE_ONLY ? "te zwak" : "niet te lezen";
}

// Cut and not rounded: what is not enough does not look as if it were.
function inWords(ratio) {
  return `${(Math.floor(ratio * 100) / 100).toFixed(2).replace(".", ",")} : 1`;
}

function judge() {
  let faint = 0;
  document.querySelectorAll(".pairs [data-front]").forEach((row) => {
    const [front, ground] = [colourOf(row.dataset.front), colourOf(row.dataset.ground)];
    const ratio = contrast(front, ground);
    row.querySelector("[data-ratio]").textContent = inWords(ratio);
    row.querySelector("[data-verdict]").textContent = verdict(ratio);
    row.querySelector("rect").setAttribute("fill", ground);
    row.querySelector("text").setAttribute("fill", front);
    row.classList.toggle("is-faint", ratio < ENOUGH);
    faint += ratio < ENOUGH;
  });
  return faint;
}

let saying = 0;

function say(faint) {
  clearTimeout(saying);
  saying = setTimeout(() => {
    const told = faint === 1 ? "1 paar kleuren is" : `${faint} paren kleuren zijn`;
    document.getElementById("gezegd-contrast").textContent =
      faint ? `${told} te zwak om te lezen.` : "Alle kleuren zijn goed te lezen.";
  }, SAY_MS);
}

let waiting = 0;

// Replaced, not followed: the way back stays the way to the page before this one.
function renew() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const fields = [...new FormData(form)].filter(([name, value]) =>
      typeof value === "string" && !["csrf", "version"].includes(name));
    const address = `${form.action}/voorbeeld?${new URLSearchParams(fields)}`;
    frame.contentWindow.location.replace(address);
  }, WAIT_MS);
}

function showColours() {
  inputs.forEach((input, setting) => {
    const chooser = form.querySelector(`[data-swatch="${input.name}"] input`);
    chooser.value = colourOf(setting);
  });
}

function addChooser(input) {
  const place = form.querySelector(`[data-swatch="${input.name}"]`);
  const chooser = document.createElement("input");
  chooser.type = "color";
  chooser.value = colourOf(input.dataset.colour);
  chooser.setAttribute("aria-label", `Kies een kleur: ${input.labels[0].textContent}`);
  chooser.addEventListener("input", () => {
    input.value = chooser.value;
    follow();
  });
  place.replaceChildren(chooser);
}

function follow() {
  say(judge());
  showColours();
  renew();
}

inputs.forEach(addChooser);
form.addEventListener("input", (event) => {
  if (event.target.type === "file" || event.target.type === "color") return;
  if (event.target.dataset.colour) follow();
  else renew();
});
document.querySelectorAll('[form="organisatie"]').forEach((way) => way.addEventListener("change", renew));
