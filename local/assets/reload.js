// Loads the page anew once the front was built anew, and says so if the browser keeps no cookies of the portal here.
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

// Safari keeps no Secure cookies of http://localhost. The portal has no others.
const needsTls = document.getElementById("needs-tls");
if (needsTls && location.protocol === "http:") {
  document.cookie = "dev-secure=1; Path=/; Secure; SameSite=Strict";
  needsTls.hidden = document.cookie.includes("dev-secure=1");
  document.cookie = "dev-secure=; Path=/; Secure; Max-Age=0";
}
