// After signing out nothing that was typed stays in this browser: the next person at it may be somebody else.
"use strict";

for (const name of Object.keys(localStorage)) {
  if (name.startsWith("dvk:")) localStorage.removeItem(name);
}
