// The sound of a call that arrives: two short tones, made by the browser.

import { keep, kept } from "./kept.js";

const TONES_HZ = [660, 880];
const TONE_S = 0.12;
const VOLUME = 0.08;

let context = null;

export const hasSound = () => kept("sound") === "on";

export function setSound(wanted) {
  keep("sound", wanted ? "on" : "");
  if (wanted) play();
}

export function play() {
  context ??= new AudioContext();
  context.resume(); // browsers keep it silent until the person has touched the page
  TONES_HZ.forEach((tone_hz, place) => {
    const start = context.currentTime + place * TONE_S;
    const tone = new OscillatorNode(context, { frequency: tone_hz });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(VOLUME, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_S);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + TONE_S);
  });
}
