// Asking the server as the browser would, and saying how it stands with what was written.

"use strict";

const asking = (() => {
  const PATIENCE_MS = 20000;
  const doc = (html) => new DOMParser().parseFromString(html, "text/html");

  // ---------- saying how it stands ----------

  const say = (text) => { document.getElementById("gezegd-hier").textContent = text; };

  // In the head of the page, and at the words themselves: that is where somebody looks.
  const signs = () => document.querySelectorAll(".saved");
  let now = { state: "", text: "", link: null };

  function show(state, text, link = null) {
    now = { state, text, link };
    signs().forEach(write);
  }

  function write(sign) {
    if (!now.state) return;
    sign.dataset.state = now.state;
    sign.replaceChildren(document.getElementById(`teken-${now.state}`).content.cloneNode(true), now.text);
    if (now.link) sign.append(" ", now.link.cloneNode(true));
  }

  document.addEventListener("fields-shown", () => signs().forEach(write));

  const clock = () => new Intl.DateTimeFormat("nl-NL", { hour: "2-digit", minute: "2-digit" }).format(new Date()).replace(":", ".");
  const showKept = () => show("kept", `Bewaard om ${clock()} uur`);

  function showTrouble(text, link) {
    if (now.state === "trouble" && now.text === text) return;
    show("trouble", text, link);
    say(text);
  }

  // ---------- asking ----------

  async function ask(address, options = {}) {
    const answer = await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS), ...options });
    const page = doc(await answer.text());
    return { page, status: answer.status, isOurs: page.getElementById("schrijven") !== null };
  }

  // Ask for what somebody waits for; null when it did not come, and that is said.
  async function askOrSay(address, options) {
    try {
      return await ask(address, options);
    } catch (error) {
      if (!(error instanceof TypeError || error.name === "TimeoutError")) throw error;
      showTrouble("Dit lukte nu niet: geen verbinding. Probeer het zo nog eens.");
      return null;
    }
  }

  function showRefused(page) {
    const isDoor = page.querySelector("form input[type=password]") !== null || page.querySelector("main a.button")?.getAttribute("href") === "/redactie/inloggen";
    const link = document.createElement("a");
    if (isDoor) {
      Object.assign(link, { href: "/redactie/inloggen", target: "_blank", rel: "noopener", textContent: "Log in (nieuw tabblad)" });
      showTrouble("Niet bewaard: je bent niet meer ingelogd. Je woorden blijven hier staan.", link);
    } else {
      Object.assign(link, { href: location.href, textContent: "Laad deze bladzijde opnieuw" });
      showTrouble(`Niet bewaard: ${page.querySelector("main h1")?.textContent.trim() ?? "er ging iets mis"}.`, link);
    }
    return isDoor;
  }

  const token = (page) => page.querySelector("#schrijven input[name=csrf]")?.value;

  // Who signed in again has another token.
  async function renewToken() {
    const { page, isOurs } = await ask(location.href);
    if (isOurs) document.querySelectorAll("input[name=csrf]").forEach((one) => { one.value = token(page); });
  }

  const state = () => now.state;
  return { ask, askOrSay, say, show, state, showKept, showTrouble, showRefused, renewToken, token: () => token(document) };
})();
