// The queues' page: the callers, and the one queue that is open.

import { startFinding } from "./finding.js";
import { startFrame } from "./frame.js";
import { openHold } from "./hold.js";
import { openQueue } from "./open_queue.js";
import { find } from "./page.js";

startFinding();
find("#open-hold").addEventListener("click", openHold);
const queue = find("#queue");
startFrame(queue ? openQueue(queue) : {});
