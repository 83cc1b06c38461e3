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
  if (age && Date.now() - new Date(age.dataset.at) > age.dataset.minutes * 60000) {
    age.className = "stale";
    age.append(" This copy is old: what it says may not be so any more.");
  }
})();
