(function () {
  var form = document.getElementById("report");
  if (!form || !window.fetch || !window.Promise) return;
  var said = document.getElementById("sending");
  var K = [], H = [];
  for (var n = 2; K.length < 64; n++) {
    for (var d = 2; d * d <= n && n % d; d++);
    if (d * d > n) {
      if (H.length < 8) H.push((Math.pow(n, 1 / 2) * 4294967296) | 0);
      K.push((Math.pow(n, 1 / 3) * 4294967296) | 0);
    }
  }
  var w = new Int32Array(64);
  function turn(x, by) { return (x >>> by) | (x << (32 - by)); }
  // The first 32 bits of SHA-256 of at most 55 ASCII characters.
  function hash(text) {
    w.fill(0, 0, 16);
    for (var i = 0; i < text.length; i++) w[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8);
    w[i >> 2] |= 128 << (24 - (i & 3) * 8);
    w[15] = i * 8;
    for (i = 16; i < 64; i++) {
      var x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
    }
    var a = H[0], b = H[1], c = H[2], d = H[3], e = H[4], f = H[5], g = H[6], h = H[7];
    for (i = 0; i < 64; i++) {
      var t = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      var u = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
    }
    return (H[0] + a) >>> 0;
  }
  function solve(task) {
    return new Promise(function (done) {
      var nonce = 0, limit = Math.pow(2, 32 - task.bits);
      (function more() {
        for (var until = nonce + 4000; nonce < until; nonce++) {
          if (hash(task.challenge + ":" + nonce) < limit) return done({ challenge: task.challenge, nonce: nonce });
        }
        setTimeout(more, 0);
      })();
    });
  }
  var work;
  function begin() {
    work = work || fetch(form.dataset.challenge).then(function (answer) { return answer.json(); }).then(solve);
    return work;
  }
  form.addEventListener("focusin", begin);
  form.addEventListener("change", begin);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    form.querySelector("button").disabled = true;
    said.textContent = "One moment\u2026";
    begin().then(function (found) {
      form.elements.challenge.value = found.challenge;
      form.elements.nonce.value = found.nonce;
    }).catch(function () {
      // Without the work the page goes on as for a browser without scripts.
    }).then(function () { form.submit(); });
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { form.querySelector("button").disabled = false; said.textContent = ""; work = null; }
  });
})();
