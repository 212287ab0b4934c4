// The page before its WebAssembly is there. It takes a link's secret out of the address bar, keeps what people type and
// press in the form that came with the page, and hands the form over when it comes to life.
(() => {
  const drawn = document.getElementById("app");
  const keys = { "/reset-password": "rekey.reset.token", "/not-me": "rekey.not-me.token" };
  const path = location.pathname.replace(/(.)\/$/, "$1");
  const key = keys[path];
  const visit = performance.getEntriesByType("navigation")[0]?.type;

  // A browser that takes no cookies may refuse its store, too: then a reload asks for a new link.
  const store = () => {
    try {
      return sessionStorage;
    } catch {
      return undefined;
    }
  };
  // Only a reload finds an earlier secret again.
  const secret = key && /^#token=(.*)/.exec(location.hash)?.[1];
  if (secret !== undefined) history.replaceState(null, "", path);

  // Who has to log in first is at the login, as the app will say.
  const wanted = encodeURIComponent(path + location.search).replaceAll("%2F", "/");
  if (visit !== "back_forward" && path !== "/login" && drawn.querySelector("[autocomplete=current-password]"))
    history.replaceState(null, "", path === "/" ? "/login" : "/login?next=" + wanted);

  // A page out of the history may be older than the session, and without its secret this form can do nothing.
  if (visit === "back_forward") document.getElementById("start").remove();
  drawn.hidden = visit === "back_forward" || (key && !secret && (visit === "navigate" || !store()?.getItem(key)));

  // The form is painted first: the store and the app's files take long to ask for.
  const start = () => {
    removeEventListener("pagehide", start);
    document.head.append(document.getElementById("files").content);
    import(document.getElementById("app-script").href).then((app) => app.default());
    if (secret !== undefined || visit === "navigate") Object.values(keys).forEach((key) => store()?.removeItem(key));
    if (secret) store()?.setItem(key, secret);
  };
  addEventListener("pagehide", start);
  if (document.hidden) start();
  else requestAnimationFrame(() => setTimeout(start));

  const pressed = [];
  let sent;
  let live;
  let due = false;
  let held = false;
  // What is pressed is not moved before it is let go: of that no click would come.
  const hold = ({ button, key }) => {
    held ||= button === 0 || key === " ";
  };
  const release = ({ type }) =>
    setTimeout(() => {
      if (held || type.endsWith("up")) {
        held = false;
        if (due) live?.();
      }
    });
  ["pointerdown", "keydown"].forEach((type) => addEventListener(type, hold));
  ["pointerup", "pointercancel", "keyup", "blur"].forEach((type) => addEventListener(type, release));
  drawn.addEventListener("click", ({ target }) => {
    const button = target.closest("button[type=button]");
    if (button) pressed.push(button);
  });
  drawn.addEventListener("submit", (event) => {
    event.preventDefault();
    sent = event.target;
    sent.querySelector(".primary").classList.add("early");
    // A form that is being sent cannot be sent again at once.
    setTimeout(() => live?.());
  });

  const selection = (input, range) => {
    const { type } = input;
    // Addresses have no selection that scripts may ask for; changing the type of others would move it.
    if (type === "email") input.type = "text";
    if (range) input.setSelectionRange(...range);
    const { selectionStart, selectionEnd } = input;
    input.type = type;
    return [selectionStart, selectionEnd];
  };

  // While `mount` makes the live page, it is given the elements that were drawn instead of new ones, as they come in the
  // same order: who holds on to one (a password manager, a screen reader) holds on to the live one.
  const { queueMicrotask } = window;
  const adopt = (mount, root) => {
    const waiting = drawn.hidden ? [] : [...drawn.querySelectorAll("*")].filter((element) => element instanceof HTMLElement);
    const create = document.createElement;
    document.createElement = (name) => {
      if (waiting[0]?.localName !== name) return create.call(document, name);
      const element = waiting.shift();
      element.replaceChildren();
      return element;
    };
    // What follows from what is made waits for a task of its own.
    window.queueMicrotask = setTimeout;
    mount(root);
    delete document.createElement;
    window.queueMicrotask = queueMicrotask;
  };

  // Puts what `mount` makes in the place of what was drawn. What a password manager filled in cannot be read before the
  // person has touched the page: until then what was drawn stays.
  window.takeOver = (mount) => {
    live = () => {
      live = undefined;
      const typed = [...drawn.querySelectorAll("input[id]")].map((input) => [input, input.value]);
      const focused = drawn.querySelector(":focus");
      const range = focused?.matches("input") && selection(focused);
      const root = document.createElement("div");
      adopt(mount, root);
      drawn.replaceWith(root);
      for (const [input, value] of typed) {
        if (!value) continue;
        input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      }
      focused?.focus({ preventScroll: true });
      if (range) selection(focused, range);
      pressed.forEach((button) => button.click());
      if (sent?.isConnected) sent.requestSubmit();
    };
    const unread = [...drawn.querySelectorAll("input:autofill")].some((input) => !input.value);
    // A pause between two long tasks: what is typed and pressed comes through.
    setTimeout(() => {
      due = true;
      if (!held && !unread) live?.();
    });
  };
})();
