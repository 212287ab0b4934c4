// Runs before the app. Moves a link's token out of the address bar, drops a prerendered page that will not be shown, loads the app after the first
// paint, and replays clicks and submits that precede hydration.
(() => {
  const app = document.getElementById("app");
  const tokenKeys = { "/reset-password": "rekey.reset.token", "/not-me": "rekey.not-me.token" };
  const path = location.pathname.replace(/(.)\/$/, "$1");
  const key = tokenKeys[path];
  const visit = performance.getEntriesByType("navigation")[0]?.type;
  const storage = (use) => {
    try {
      return use(sessionStorage);
    } catch {
      // If cookies are blocked, storage may be too; a reload then needs the link again.
    }
  };
  const token = key && /^#token=(.*)/.exec(location.hash)?.[1];
  if (token !== undefined) history.replaceState(null, "", path);

  // The server sent the login page for a page that requires login.
  if (visit !== "back_forward" && path !== "/login" && app.querySelector("[autocomplete=current-password]")) {
    const next = encodeURIComponent(path + location.search).replaceAll("%2F", "/");
    history.replaceState(null, "", path === "/" ? "/login" : "/login?next=" + next);
  }

  // A page from the history may be older than the session. Without a token, a link's page shows an error.
  const isReload = () => visit !== "navigate" && storage((storage) => storage.getItem(key));
  if (visit === "back_forward") document.getElementById("bootstrap").remove();
  if (visit === "back_forward" || (key && !token && !isReload())) {
    app.replaceChildren();
    app.removeAttribute("data-prerendered");
  }

  const start = () => {
    removeEventListener("pagehide", start);
    // Only a reload reuses an earlier token.
    const isNew = token !== undefined || visit === "navigate";
    if (isNew) Object.values(tokenKeys).forEach((key) => storage((storage) => storage.removeItem(key)));
    if (token) storage((storage) => storage.setItem(key, token));
    document.head.append(document.getElementById("files").content);
    import(document.getElementById("app-script").href).then((app) => app.default());
  };
  addEventListener("pagehide", start);
  if (document.hidden) start();
  else requestAnimationFrame(() => setTimeout(start));

  const clicked = [];
  let submitted;
  const onClick = ({ target }) => {
    const button = target.closest("button[type=button]");
    if (button) clicked.push(button);
  };
  const onSubmit = (event) => {
    event.preventDefault();
    submitted = event.target;
    submitted.querySelector(".primary").classList.add("is-submitting");
  };
  app.addEventListener("click", onClick);
  app.addEventListener("submit", onSubmit);
  addEventListener("hydrated", () => {
    app.removeEventListener("click", onClick);
    app.removeEventListener("submit", onSubmit);
    // After the app's first effects.
    setTimeout(() => {
      clicked.forEach((button) => button.click());
      if (!submitted) return;
      submitted.querySelector(".primary").classList.remove("is-submitting");
      submitted.requestSubmit();
    });
  });
})();
