// Fakes for the page under test: `fetch`, `EventSource` and the clock. Everything else is real.

const real = { setTimeout, clearTimeout };
const realNow = Date.now;

let answers, calls, gates, streams, timers, ahead, errors;
let lastTimer = 1_000_000;

window.addEventListener('error', event => errors?.push(String(event.message)));

/** Resets responses, calls and clock. */
export function reset() {
  timers?.forEach(timer => real.clearTimeout.call(window, timer.alarm));
  [answers, calls, gates, streams, timers, ahead] = [new Map(), [], [], [], new Map(), 0];
  errors = [];
  window.fetch = fakeFetch;
  window.EventSource = Stream;
  Date.now = now;
  window.setTimeout = (run, wait) => setTimer(run, wait, false);
  window.setInterval = (run, wait) => setTimer(run, wait, true);
  window.clearTimeout = window.clearInterval = clearTimer;
}

/** Returns the uncaught errors of the page. */
export function uncaught() {
  return errors.join('\n');
}

// Network. A call is named by its method and path.

/** Sets the response to `call`. */
export function answer(call, status, headers, body) {
  answers.set(call, { status, headers: JSON.parse(headers), body, gate: null });
}

/** Fails `call` with a network error from now on. */
export function cut(call) {
  answers.set(call, null);
}

/** Holds back the response to `call`, as set so far, until the gate with the returned number is opened. */
export function hold(call) {
  answers.get(call).gate = new Promise(open => gates.push(open));
  return gates.length - 1;
}

export function openGate(number) {
  gates[number]();
}

/** Returns all calls so far, as JSON. */
export function made() {
  return JSON.stringify(calls);
}

async function fakeFetch(request) {
  const { pathname, search } = new URL(request.url);
  const own = calls;
  const name = `${request.method} ${pathname}`;
  const call = { name, search: search.replace(/&$/, ''), body: null, answered: false };
  calls.push(call);
  const text = await request.text();
  call.body = text === '' ? null : JSON.parse(text);
  const told = answers.get(name);
  if (told === undefined) console.error(`nobody said how to answer ${name}`);
  await told?.gate;
  // Requests of a closed page stay pending.
  if (own !== calls) return new Promise(() => {});
  call.answered = true;
  if (!told) throw new TypeError('Failed to fetch');
  const response = new Response(told.status === 204 ? null : told.body, { status: told.status, headers: told.headers });
  response.text = async () => (own === calls ? (told.body ?? '') : new Promise(() => {}));
  return response;
}

// Server-sent events.

class Stream extends EventTarget {
  readyState = 1;
  constructor(url) {
    super();
    this.url = url;
    streams.push(this);
  }
  close() {
    this.readyState = 2;
  }
}

export function tell(kind, data) {
  for (const stream of streams) {
    if (stream.readyState === 1) stream.dispatchEvent(new MessageEvent(kind, { data }));
  }
}

/** Ends all streams like an error response: the browser does not reconnect. */
export function refuseStreams() {
  for (const stream of streams) {
    stream.readyState = 2;
    stream.dispatchEvent(new Event('error'));
  }
}

/** Returns the number of open streams. */
export function listeners() {
  return streams.filter(stream => stream.readyState === 1).length;
}

// Clock. It runs in real time; `advance` jumps ahead and fires the timers due in between in order.

function now() {
  return realNow() + ahead;
}

function setTimer(run, wait = 0, again) {
  const timer = { run, every: again ? Math.max(wait, 1) : 0, due: now() + wait };
  timers.set(++lastTimer, timer);
  arm(lastTimer, timer);
  return lastTimer;
}

function clearTimer(id) {
  real.clearTimeout.call(window, timers.get(id)?.alarm ?? id);
  timers.delete(id);
}

function arm(id, timer) {
  timer.alarm = real.setTimeout.call(window, () => ring(id, timer), Math.max(timer.due - now(), 0));
}

function ring(id, timer) {
  real.clearTimeout.call(window, timer.alarm);
  if (timer.every) {
    timer.due += timer.every;
    arm(id, timer);
  } else {
    timers.delete(id);
  }
  timer.run();
}

export function advance(milliseconds) {
  const end = now() + milliseconds;
  for (;;) {
    const next = [...timers].filter(([, timer]) => timer.due <= end).sort(([, one], [, other]) => one.due - other.due)[0];
    if (!next) break;
    ahead += Math.max(next[1].due - now(), 0);
    ring(...next);
  }
  ahead += Math.max(end - now(), 0);
}
