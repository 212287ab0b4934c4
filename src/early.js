// The page before its WebAssembly is there. It takes a link's secret out of the address bar, keeps what people type and
// press in the form that came with the page, and hands it over to the live one.
(() => {
  const drawn = document.getElementById("app");
  const keys = { "/reset-password": "rekey.reset.token", "/not-me": "rekey.not-me.token" };
  const path = location.pathname.replace(/(.)\/$/, "$1");
  const key = keys[path];
  const visit = performance.getEntriesByType("navigation")[0]?.type;

  // Only a reload finds an earlier secret again.
  const secret = /^#token=(.*)/.exec(location.hash);
  if (secret || visit === "navigate") Object.values(keys).forEach((key) => sessionStorage.removeItem(key));
  if (key && secret) {
    sessionStorage.setItem(key, secret[1]);
    history.replaceState(null, "", path);
  }

  // A page out of the history may be older than the session, and without its secret this form can do nothing.
  if (visit === "back_forward") document.getElementById("start").remove();
  drawn.hidden = visit === "back_forward" || (key && !sessionStorage.getItem(key));

  const buttons = (root) => [...root.querySelectorAll("button")];
  const pressed = [];
  let sent = -1;
  let swap;
  drawn.addEventListener("click", ({ target }) => {
    const at = buttons(drawn).indexOf(target.closest("button[type=button]"));
    if (at >= 0) pressed.push(at);
  });
  drawn.addEventListener("submit", (event) => {
    event.preventDefault();
    sent = [...document.forms].indexOf(event.target);
    event.target.querySelector(".primary").classList.add("early");
    swap?.();
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

  // Puts `live` in the place of what was drawn. What a password manager filled in cannot be read before the person has
  // touched the page: until then what was drawn stays.
  window.takeOver = (live) => {
    swap = () => {
      swap = undefined;
      const focused = drawn.querySelector(":focus");
      const range = focused?.matches("input") && selection(focused);
      for (const { id, value } of drawn.querySelectorAll("input[id]")) {
        const input = live.querySelector("#" + id);
        if (!input || !value || input.value === value) continue;
        input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      }
      const place = focused && [...drawn.querySelectorAll(focused.localName)].indexOf(focused);
      drawn.replaceWith(live);
      const heir = focused && live.querySelectorAll(focused.localName)[place];
      heir?.focus({ preventScroll: true });
      if (heir && range) selection(heir, range);
      pressed.forEach((at) => buttons(live)[at]?.click());
      if (sent >= 0) document.forms[sent]?.requestSubmit();
    };
    const unread = [...drawn.querySelectorAll("input:autofill")].some((input) => !input.value);
    if (unread) ["pointerup", "keyup"].forEach((touch) => addEventListener(touch, () => swap?.(), { once: true }));
    else swap();
  };
})();
