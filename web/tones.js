/* Short tones: a person at the feeder looks at paper, not at the screen.
 *
 * accept rises, refuse falls and is rough, stop is low and twice. They differ in shape
 * as well as pitch, so they are told apart in a loud room. */
const shapes = {
    tick: [[1320, 0, 0.03, 'sine', 0.05]],
    accept: [[740, 0, 0.07, 'sine', 0.16], [1110, 0.08, 0.12, 'sine', 0.16]],
    refuse: [[300, 0, 0.16, 'square', 0.08], [210, 0.18, 0.24, 'square', 0.08]],
    stop: [[180, 0, 0.2, 'triangle', 0.3], [180, 0.28, 0.2, 'triangle', 0.3]],
};
const memory = 'juanku.muted';
let context;

export function muted() {
    try {
        return localStorage.getItem(memory) === '1';
    } catch {
        return false;
    }
}

export function setMuted(on) {
    try {
        localStorage.setItem(memory, on ? '1' : '0');
    } catch {
        /* a browser without storage keeps its sounds */
    }
}

/* A browser lets a page sound only after a person has touched it. */
export function tone(name) {
    if (muted() || !navigator.userActivation?.hasBeenActive) return;
    context ??= new AudioContext();
    for (const [hertz, after, seconds, type, loud] of shapes[name]) {
        const from = context.currentTime + after;
        const voice = new OscillatorNode(context, { type, frequency: hertz });
        const level = new GainNode(context, { gain: 0 });
        level.gain.setTargetAtTime(loud, from, 0.005);
        level.gain.setTargetAtTime(0, from + seconds, 0.02);
        voice.connect(level).connect(context.destination);
        voice.start(from);
        voice.stop(from + seconds + 0.2);
    }
}
