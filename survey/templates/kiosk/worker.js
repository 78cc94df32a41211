/* Keeps the kiosk's own page and scripts at hand, and nothing that anyone has answered. */
"use strict";

const KEEP = KEPT;

self.addEventListener("install", (event) => {
  const fresh = KEEP.files.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(KEEP.name).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => names.filter((name) => name.startsWith("hailong-kiosk-") && name !== KEEP.name))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim())
  );
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (!KEEP.files.includes(address.pathname)) return;
  // All files of one version come from here together; a new version comes with a new worker.
  event.respondWith(caches.open(KEEP.name)
    .then((cache) => cache.match(address.pathname))
    .then((kept) => kept || fetch(event.request)));
});
