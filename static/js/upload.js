// Sends a file, and tells how far it is: fetch cannot.

import { UNREACHED } from "./api.js";
import { personName } from "./person.js";
import { gettext } from "./words.js";

/** {code, data} as of `ask`; `onProgress` hears the share that has been sent, from 0 to 1. */
export function upload(path, file, { onProgress }) {
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("file", file);
  request.open("POST", path);
  request.responseType = "json";
  request.setRequestHeader("X-Mock-Person", encodeURIComponent(personName()));
  request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total ? loaded / total : 1));
  return new Promise((resolve) => {
    const unreached = { detail: gettext("The server cannot be reached.") };
    request.addEventListener("load", () => resolve({ code: request.status, data: request.response ?? {} }));
    request.addEventListener("error", () => resolve({ code: UNREACHED, data: unreached }));
    request.send(body);
  });
}
