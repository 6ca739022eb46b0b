"use strict";
(() => {
  const all = (selector, root = document) => root.querySelectorAll(selector);
  const language = document.documentElement.lang;
  const two = (n) => String(n).padStart(2, "0");

  // Moments come in UTC; people read them by their own clock.
  const clocks = (root) => {
    for (const time of all("time[datetime]:not([title])", root)) {
      const at = new Date(time.dateTime);
      if (isNaN(at)) continue;
      const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
      const day = at.toDateString() === new Date().toDateString() ? "" : `${at.toLocaleDateString(language)} `;
      time.title = at.toLocaleString(language);
      time.textContent = day + clock;
    }
  };

  const countdowns = () => {
    for (const left of all("[data-ends]")) {
      const seconds = Math.max(0, Math.round(left.dataset.ends - Date.now() / 1000));
      const hours = Math.floor(seconds / 3600);
      left.textContent = `(${hours ? hours + ":" : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)})`;
    }
  };

  const isWanted = (row, filter) => row.textContent.toLowerCase().includes(filter);

  // The mass mode begins and ends without this page's doing. What is typed stays unless it has.
  const follow = (source) => source.addEventListener("mass", (event) => {
    const banner = document.querySelector("[data-banner]");
    const received = document.createElement("template");
    received.innerHTML = event.data;
    const other = received.content.firstElementChild;
    if (!banner || other.dataset.state === banner.dataset.state) return;
    banner.replaceWith(other);
    clocks(other);
    countdowns();
  });

  // A page without rows of its own follows the mass mode while somebody sees it: a browser has six
  // connections for all its tabs.
  const followAlone = (path) => {
    let source;
    const connect = () => {
      if (source) source.close();
      source = document.hidden ? null : new EventSource(path);
      if (source) follow(source);
    };
    document.addEventListener("visibilitychange", connect);
    connect();
  };

  // Rows and figures are HTML that the server has escaped.
  const live = (target) => {
    const filter = document.querySelector(`[data-filter="${target.id}"]`);
    const pause = document.querySelector(`[data-pause="${target.id}"]`);
    let paused = false;
    if (pause) {
      const texts = [pause.textContent, pause.dataset.resume];
      pause.hidden = false;
      pause.onclick = () => {
        paused = !paused;
        pause.textContent = texts[Number(paused)];
      };
    }
    const hide = () => {
      const wanted = filter.value.toLowerCase();
      for (const row of target.rows) row.hidden = !isWanted(row, wanted);
    };
    if (filter) filter.oninput = hide;
    const source = new EventSource(target.dataset.live);
    follow(source);
    source.addEventListener("calls", (event) => {
      if (paused) return;
      const rows = document.createElement("tbody");
      rows.innerHTML = event.data;
      clocks(rows);
      for (const row of rows.rows) row.classList.add("new");
      target.prepend(...rows.rows);
      while (target.rows.length > target.dataset.rows) target.lastElementChild.remove();
      if (filter) hide();
    });
    // Closed for good: the session has ended, and the page says so when it is loaded again.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
    };
    source.addEventListener("now", (event) => {
      target.innerHTML = event.data;
      clocks(target);
      countdowns();
    });
  };

  // One player plays all sounds of a prompt in order.
  const playlist = (list) => {
    const [player, ...others] = all("audio", list);
    if (!others.length) return;
    const sources = [player.src, ...others.map((other) => other.src)];
    for (const other of others) other.remove();
    let at = 0;
    player.onended = () => {
      at = (at + 1) % sources.length;
      player.src = sources[at];
      if (at) player.play();
    };
  };

  // The names of places come from the directory while one is typed.
  const names = (list) => {
    const field = document.querySelector(`[list="${list.id}"]`);
    let wait, last;
    field.oninput = () => {
      clearTimeout(wait);
      wait = setTimeout(async () => {
        const asked = (last = new URLSearchParams({ tipo: field.form.elements.tipo.value, nome: field.value }));
        const reply = await fetch(`${list.dataset.names}?${asked}`);
        if (reply.ok && !reply.redirected && asked === last) list.innerHTML = await reply.text();
      }, 200);
    };
  };

  clocks(document);
  countdowns();
  all(".playlist").forEach(playlist);
  all("[data-names]").forEach(names);
  setInterval(countdowns, 1000);
  const targets = all("[data-live]");
  const banner = document.querySelector("[data-banner]");
  for (const target of targets) live(target);
  if (banner && !targets.length) followAlone(banner.dataset.banner);
})();
