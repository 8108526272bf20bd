// A page that needs nothing but the frame.

import { startFrame } from "./frame.js";

startFrame();
