// Loads the page anew once the front was built anew. It writes nothing into the page.
const ours = new URL(import.meta.url).searchParams.get("build");
let builds;

function listen() {
  builds?.close();
  // A hidden page rests: a browser has six connections to one origin, and each page would hold one of them.
  if (document.hidden) return;
  builds = new EventSource("/_dev/reload");
  builds.addEventListener("build", ({ data }) => {
    if (data !== ours) location.reload();
  });
}

document.addEventListener("visibilitychange", listen);
listen();
