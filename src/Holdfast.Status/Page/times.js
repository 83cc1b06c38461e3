(function () {
  var here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  document.querySelectorAll("time").forEach(function (time) {
    var at = new Date(time.dateTime);
    var text = at.toLocaleString([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
    time.title = text + " (" + here + ")";
    if (at.getTimezoneOffset() !== 0 || time.textContent.indexOf("UTC\u2212") > 0 || time.textContent.indexOf("UTC+") > 0) {
      var local = document.createElement("span");
      local.className = "local";
      local.textContent = " (" + text + ")";
      time.after(local);
    }
  });
  var age = document.getElementById("age");
  function check() {
    if (age && !document.getElementById("old") && Date.now() - new Date(age.dataset.at) > age.dataset.minutes * 60000) {
      var note = document.createElement("p");
      note.id = "old";
      note.className = "stale";
      note.setAttribute("role", "status");
      note.textContent = "This copy is from " + new Date(age.dataset.at).toLocaleString() + ": what it says may not be so any more.";
      document.getElementById("main").prepend(note);
    }
  }
  check();
  setInterval(check, 60000);
})();
