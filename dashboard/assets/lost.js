/* When the server is gone the page says so, and when it is back it shows what the address asks for.

   a request of the app fails, or waits too long ─► probe ─► no answer: banner, probe again and again
                                                        └─► answer: draw the page if that had failed, no banner

   A slow answer alone is no loss: the probe, which asks the same server for next to nothing, tells the two apart. */
(function () {
  "use strict";
  const send = window.fetch.bind(window);
  const CALLBACK = "_dash-update-component";
  const DRAWS = "page.children"; // an output of the callback that draws the page of the address

  let heard = new Date(); // when the server last answered
  let draws = 0; // how often the page was asked for
  let owed = false; // the page that was last asked for has not come
  let drawn = here(); // the address whose page is shown
  let tried = false; // it was asked for again since it failed
  let probing = false;
  let later = null;

  function here() {
    return window.location.pathname + window.location.search;
  }

  function set(id, properties) {
    window.dash_clientside.set_props(id, properties);
  }

  function patience() {
    return 1000 * Number(document.getElementById("lost").dataset.patience);
  }

  function clock(when) {
    const time = { hour: "2-digit", minute: "2-digit" };
    const today = when.toDateString() === new Date().toDateString();
    return when.toLocaleString("en-GB", today ? time : { day: "numeric", month: "short", ...time });
  }

  function say(answers) {
    const what = answers
      ? "The server answers, but not with the page of this address."
      : `The server has not answered since ${clock(heard)}.`;
    const shown = here() !== drawn ? "What you see is the page from before, not the one of this address." : "What you see may be old.";
    set("lost-words", { children: `${what} ${shown}` });
    set("lost", { hidden: false });
    set("found", { children: "" });
  }

  function found() {
    tried = false;
    clearTimeout(later);
    later = null;
    const banner = document.getElementById("lost");
    if (banner.hidden) return;
    if (banner.contains(document.activeElement)) document.getElementById("page").focus();
    set("lost", { hidden: true });
    set("found", { children: "The server answers again." });
  }

  function probeLater() {
    if (later === null) later = setTimeout(probe, patience() / 2);
  }

  function probe() {
    clearTimeout(later);
    later = null;
    if (probing) return;
    probing = true;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience());
    send(document.getElementById("lost").dataset.health, { cache: "no-store", signal: stop.signal })
      .then((response) => response.status < 500, () => false)
      .then(function (answers) {
        clearTimeout(timer);
        probing = false;
        if (!answers) {
          say(false);
          probeLater();
        } else {
          heard = new Date();
          if (owed) {
            tried = true;
            set("refresh", { data: Date.now() });
          } else found();
        }
      });
  }

  function answered(draw, address) {
    heard = new Date();
    if (draw && draw === draws) {
      owed = false;
      drawn = address;
    }
    if (owed) probe();
    else found();
  }

  function failed(draw, answers) {
    if (draw && draw === draws) owed = true;
    if (tried) {
      say(answers);
      probeLater();
    } else probe();
  }

  window.fetch = function (resource, options) {
    if (!String(resource.url || resource).includes(CALLBACK)) return send(resource, options);
    const draw = String((options || {}).body).includes(DRAWS) ? (draws += 1) : 0;
    const address = here();
    const waiting = setInterval(probe, patience());
    return send(resource, options).then(
      function (response) {
        clearInterval(waiting);
        if (response.status === 401) window.location.reload(); // the login has run out: the server asks for it again
        if (response.status >= 500) failed(draw, true);
        else answered(draw, address);
        return response;
      },
      function (error) {
        clearInterval(waiting);
        failed(draw, false);
        throw error;
      }
    );
  };

  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("#lost-again")) probe();
  });
})();
