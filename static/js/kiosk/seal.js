/* Random ids, the number of a form, and sealing: only the server can open what a tablet has to keep.
   The counterpart is survey/services/sealed.py. Written for Chrome from 60 on. */
"use strict";
window.kiosk = window.kiosk || {};

(function (kiosk) {
  const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const CURVE = { name: "ECDH", namedCurve: "P-256" };
  const NUMBER_BYTES = 10;
  // Every entry has one length, so that its size tells nothing either.
  const PADDED = 2048;
  const encoder = new TextEncoder();

  kiosk.canSeal = Boolean(window.crypto && window.crypto.subtle && window.localStorage);

  kiosk.randomBytes = (size) => crypto.getRandomValues(new Uint8Array(size));

  kiosk.hex = (bytes) => Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");

  kiosk.base64 = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

  /* The response number made from a form's id: the same on the tablet and on the server. */
  kiosk.number = async (id) => {
    const digest = await crypto.subtle.digest("SHA-256", joined(encoder.encode("hailong kiosk number"), id));
    const bits = Array.from(new Uint8Array(digest).slice(0, NUMBER_BYTES), (byte) => (byte + 256).toString(2).slice(1));
    const letters = bits.join("").match(/.{5}/g).map((five) => ALPHABET[parseInt(five, 2)]);
    return letters.join("").match(/.{4}/g).join("-");
  };

  kiosk.seal = async (serverKey, entry) => {
    const server = unbase64(serverKey);
    const theirs = await crypto.subtle.importKey("raw", server, CURVE, false, []);
    const ours = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
    const ephemeral = new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey));
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
    const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const info = joined(encoder.encode("hailong kiosk"), ephemeral, server);
    const key = await crypto.subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: info },
      secret, { name: "AES-GCM", length: 256 }, false, ["encrypt"]
    );
    const words = encoder.encode(JSON.stringify(entry).padEnd(PADDED));
    // The key serves this one entry, so the nonce need not differ.
    const closed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, words);
    return kiosk.base64(joined(ephemeral, new Uint8Array(closed)));
  };

  function joined(...parts) {
    const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    parts.reduce((start, part) => { whole.set(part, start); return start + part.length; }, 0);
    return whole;
  }

  function unbase64(text) {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  }
})(window.kiosk);
