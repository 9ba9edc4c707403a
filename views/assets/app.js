// Small comforts; every page works without them.
"use strict";
(() => {
  const all = (selector, root) => [...(root || document).querySelectorAll(selector)];

  // The reader's zone, so that the server can write times as they are where the reader is.
  try {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && !document.cookie.split("; ").includes("zone=" + zone)) {
      document.cookie = "zone=" + zone + "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
    }
  } catch { /* no zone, no comfort */ }

  // Typed and not sent: ask before leaving. Sent: do not send twice.
  let typed = document.querySelector("form[data-guard] [aria-invalid]") !== null;
  document.addEventListener("input", (e) => { if (e.target.closest("form[data-guard]")) typed = true; });
  document.addEventListener("submit", (e) => {
    if (e.target.method !== "post") return;
    typed = false;
    if (e.target.dataset.sent) e.preventDefault();
    e.target.dataset.sent = "1";
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((f) => delete f.dataset.sent));
  addEventListener("beforeunload", (e) => { if (typed) e.preventDefault(); });

  // Filters: what is shown follows what is typed or chosen.
  const show = async (form) => {
    const url = form.action.split("?")[0] + "?" + new URLSearchParams([...new FormData(form)].filter(([, v]) => v !== ""));
    const turn = form.dataset.turn = String(Number(form.dataset.turn || 0) + 1);
    try {
      const answer = await fetch(url, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-results]"), old = document.querySelector("[data-results]");
      if (turn !== form.dataset.turn) return;
      if (!answer.ok || !fresh || !old) { location.assign(url); return; }
      old.replaceWith(document.adoptNode(fresh));
      history.replaceState(null, "", url);
      chosen();
    } catch { form.submit(); }
  };
  all("form[data-auto]").forEach((form) => {
    let timer;
    form.addEventListener("input", (e) => { clearTimeout(timer); timer = setTimeout(() => show(form), e.target.type === "search" ? 300 : 0); });
  });

  // Choose all rows; say how many are chosen.
  const chosen = () => all("[data-count]").forEach((out) => {
    const n = all("tbody input[type=checkbox][name]:checked", out.closest("form")).length;
    out.textContent = new Intl.NumberFormat(document.documentElement.lang + "-u-nu-latn").format(n);
  });
  document.addEventListener("change", (e) => {
    if (e.target.matches("[data-all]")) all("input[type=checkbox][name]:not(:disabled)", e.target.closest("table")).forEach((box) => { box.checked = e.target.checked; });
    chosen();
  });
  all("[data-all][hidden]").forEach((box) => { box.hidden = false; });
  all("[data-print]").forEach((b) => { b.hidden = false; b.addEventListener("click", () => print()); });
  chosen();
})();
