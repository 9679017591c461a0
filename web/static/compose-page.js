// The page around the words: the list, the history and what is left to do, as the server has them.

"use strict";

const around = (() => {
  const adopt = (node) => document.adoptNode(node);
  const section = () => document.getElementById("bewerk");
  const openId = () => section()?.dataset.block ?? "";

  const PARTS = ["[data-part=geschiedenis]", "[data-part=besluit]", ".viewbar", ".desknav ul", ".pagehead h1", ".left-behind", ".fixed-blocks"];

  function swap(old, fresh) {
    if (!old || !fresh) return;
    const isBusy = old.contains(document.activeElement) || [...written].some((form) => old.contains(form));
    if (isBusy) return;
    const opened = [...old.querySelectorAll("details[open] > summary")].map((one) => one.textContent);
    fresh.querySelectorAll("details > summary").forEach((one) => { one.parentElement.open ||= opened.includes(one.textContent); });
    old.replaceWith(adopt(fresh));
  }

  // Show what the server says of everything but the words; return its form of the block at hand.
  function refresh(page) {
    const theirs = page.getElementById("bewerk");
    theirs?.remove();
    const { title } = page;
    const version = page.querySelector("input[name=version]")?.value;
    const focused = document.activeElement?.closest(".blocks > li")?.dataset.block;
    const mine = section();
    const inList = mine?.closest(".blocks") ? mine : null;
    const list = page.querySelector("[data-part=blokken]");
    inList?.remove();
    document.querySelector("[data-part=blokken]").replaceWith(adopt(list));
    if (inList) mail.lineOf(inList.dataset.block)?.append(inList);
    markNow(openId());
    if (focused && !inList) mail.lineOf(focused)?.querySelector("a").focus({ preventScroll: true });
    for (const part of PARTS) swap(document.querySelector(part), page.querySelector(part));
    if (version) document.querySelectorAll("input[name=version]").forEach((one) => { one.value = version; });
    document.title = title;
    mail.arrange();
    mail.measure();
    if (theirs && theirs.dataset.block === openId()) renewTools(theirs);
    return theirs;
  }

  function markNow(id) {
    mail.lines().forEach((line) => {
      line.classList.toggle("is-now", line.dataset.block === id);
      if (line.dataset.block === id) line.querySelector("a").setAttribute("aria-current", "true");
      else line.querySelector("a").removeAttribute("aria-current");
    });
  }

  // For whom, and the mark of the words that would be taken out: those of now.
  function renewTools(theirs) {
    const old = section().querySelector(".block-tools");
    const fresh = theirs.querySelector(".block-tools");
    if (!old || !fresh) return;
    const at = document.activeElement;
    const again = old.contains(at) ? `[name="${at.name}"][value="${at.value}"]` : "";
    const kept = adopt(fresh.cloneNode(true));
    old.replaceWith(kept);
    if (again) kept.querySelector(at.name ? again : "button")?.focus({ preventScroll: true });
  }

  return { adopt, section, openId, refresh, markNow };
})();
