// The buttons above a field with markup: they put the signs where the cursor is.

"use strict";

const markup = (() => {
  const lineStart = (field) => field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;

  // As if it was typed: the browser's own undo takes it back.
  function put(field, from, to, text, selectFrom, selectTo) {
    field.focus();
    field.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) {
      field.setRangeText(text, from, to, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.setSelectionRange(selectFrom, selectTo);
  }

  function around(field, sign, words) {
    const { selectionStart: from, selectionEnd: to, value } = field;
    const chosen = value.slice(from, to);
    const size = sign.length;
    if (value.slice(from - size, from) === sign && value.slice(to, to + size) === sign && value[from - size - 1] !== "*") {
      put(field, from - size, to + size, chosen, from - size, to - size);
      return;
    }
    const inner = chosen.trim() || words;
    const before = chosen.length - chosen.trimStart().length;
    const after = chosen.trim() ? chosen.length - chosen.trimEnd().length : 0;
    put(field, from + (chosen.trim() ? before : 0), to - after, sign + inner + sign, from + (chosen.trim() ? before : 0) + size, from + (chosen.trim() ? before : 0) + size + inner.length);
  }

  function link(field) {
    const { selectionStart: from, selectionEnd: to, value } = field;
    const words = value.slice(from, to).trim() || "woorden van de link";
    const address = "https://";
    const at = from + words.length + 3;
    put(field, from, to, `[${words}](${address})`, at, at + address.length);
  }

  function lines(field, sign) {
    const from = lineStart(field);
    const end = field.value.indexOf("\n", field.selectionEnd);
    const to = end < 0 ? field.value.length : end;
    const old = field.value.slice(from, to).split("\n");
    const has = old.every((one) => one.startsWith(sign));
    const fresh = old.map((one) => (has ? one.slice(sign.length) : sign + one.replace(/^(#{1,6}|[-*\u2022]|\d{1,3}[.)])[ \t]+/, ""))).join("\n");
    put(field, from, to, fresh, old.length > 1 ? from : from + fresh.length, from + fresh.length);
  }

  const DO = {
    bold: (field) => around(field, "**", "vette woorden"),
    italic: (field) => around(field, "*", "schuine woorden"),
    link,
    list: (field) => lines(field, "- "),
    heading: (field) => lines(field, "## "),
  };
  const KEYS = { b: "bold", i: "italic", k: "link" };

  const fieldOf = (bar) => document.getElementById(bar.dataset.for);
  const showAll = () => document.querySelectorAll(".markup-bar[hidden]").forEach((bar) => { bar.hidden = false; });

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".markup-bar button");
    if (button) DO[button.dataset.markup](fieldOf(button.closest(".markup-bar")));
  });

  document.addEventListener("keydown", (event) => {
    const bar = event.target.id && document.querySelector(`.markup-bar[data-for="${CSS.escape(event.target.id)}"]`);
    const what = bar && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key.toLowerCase()];
    if (!what) return;
    event.preventDefault();
    DO[what](event.target);
  });

  document.addEventListener("fields-shown", showAll);
  showAll();
  return { DO };
})();
