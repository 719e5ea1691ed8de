// Keeps what a page shows of somebody else's doing as it is on the server. The server sends a stamp of the state; where
// it is another one than the page's, the page is asked for anew and its marked parts are replaced in place. Forms are
// never among them.

const page = document.querySelector("[data-live-events]");
const said = document.querySelector("[data-live-said]");

// How long to wait before a stream that the server has refused is asked for again.
const AGAIN_MS = 60_000;

let stream;
let again;
let busy = false;
let missed = false;

function listen() {
  clearTimeout(again);
  if (stream || document.visibilityState === "hidden") return;
  stream = new EventSource(page.dataset.liveEvents);
  stream.addEventListener("state", ({ data }) => data !== page.dataset.liveStamp && refresh());
  // The browser itself comes back after a stream that broke off; not after one that was refused.
  stream.addEventListener("error", () => {
    if (stream?.readyState !== EventSource.CLOSED) return;
    stream = undefined;
    again = setTimeout(listen, AGAIN_MS);
  });
}

// A tab that nobody sees gives its connection to one that is seen.
function pause() {
  clearTimeout(again);
  stream?.close();
  stream = undefined;
}

async function refresh() {
  missed = busy;
  if (busy) return;
  busy = true;
  try {
    const answer = await fetch(page.dataset.livePage);
    if (!answer.ok || answer.redirected) return;
    take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Not reachable now: the stream breaks off too, and says how things are when it is back.
  } finally {
    busy = false;
  }
  if (missed) refresh();
}

function take(fresh) {
  const words = [];
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!next || next.outerHTML === part.outerHTML) continue;
    if (next.dataset.say && next.dataset.say !== part.dataset.say) words.push(next.dataset.say);
    const hadFocus = part.contains(document.activeElement);
    part.replaceWith(document.adoptNode(next));
    if (hadFocus) keepFocus(next);
  }
  page.dataset.liveStamp = fresh.querySelector("[data-live-stamp]")?.dataset.liveStamp ?? "";
  if (words.length > 0) said.textContent = words.join(" ");
}

// Whoever stood on something that is gone stands where it was.
function keepFocus(part) {
  const target = part.querySelector("a, button") ?? part;
  if (target === part) part.tabIndex = -1;
  target.focus({ preventScroll: true });
}

if (page) {
  listen();
  document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? pause() : listen()));
  addEventListener("pagehide", pause);
  addEventListener("pageshow", listen);
}
