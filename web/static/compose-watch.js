// What a colleague does to the draft meanwhile shows here by itself, as long as nothing of ours is
// waiting to be kept: words that differ are chosen between when they are kept.

"use strict";

(() => {
  const EVERY_MS = 10000;
  const AWAY_MS = 10 * 60 * 1000; // nobody is there: the page asks no more, and no session lasts by it
  let lastSeen = Date.now();
  const version = (page) => page.querySelector("#indienen input[name=version]")?.value;

  async function look() {
    if (document.hidden || writing.isBusy() || Date.now() - lastSeen > AWAY_MS) return;
    try {
      const { page, isOurs } = await asking.ask(location.href);
      if (!isOurs || writing.isBusy() || version(page) === version(document)) return;
      await writing.catchUp(page);
      asking.say("Een collega wijzigde net iets in deze editie.");
    } catch (error) {
      if (!(error instanceof TypeError || error.name === "TimeoutError")) throw error; // the next round asks again
    }
  }

  for (const name of ["keydown", "pointerdown", "focusin"]) {
    document.addEventListener(name, () => { lastSeen = Date.now(); });
  }
  document.addEventListener("visibilitychange", look);
  setInterval(look, EVERY_MS);
})();
