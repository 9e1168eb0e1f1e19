/* Is somebody there? The station tells its state to every browser of this machine, but
 * works only for who signed in here; it locks a place that nobody touches. This counts the
 * idle time, and tells the station now and then that somebody is there. */
import { send } from '../../web/net.js';

const LOOK_MS = 5000;
const TELL_MS = 60000;
const signedInHere = 'juanku.station.in';

export class Watch {
    /* minutes(): until the lock, 0 never; idle(): it is time; barred(error): the station
     * does not take us any more. */
    constructor(minutes, idle, barred) {
        Object.assign(this, { minutes, idle, barred, last: Date.now(), told: Date.now() });
        this.touch = () => (this.last = Date.now());
        for (const name of ['keydown', 'pointerdown']) window.addEventListener(name, this.touch, true);
        this.timer = setInterval(() => this.look(), LOOK_MS);
    }

    close() {
        for (const name of ['keydown', 'pointerdown']) window.removeEventListener(name, this.touch, true);
        clearInterval(this.timer);
    }

    look() {
        const limit = this.minutes() * 60000;
        if (limit && Date.now() - this.last > limit) this.idle();
        else if (this.last > this.told && Date.now() - this.told > TELL_MS) this.awake();
    }

    async awake() {
        this.told = Date.now();
        await send('/api/awake').catch((error) => this.barred(error));
    }

    signedIn() {
        try {
            return localStorage.getItem(signedInHere) === '1';
        } catch {
            return false;
        }
    }

    remember(yes) {
        this.touch();
        try {
            if (yes) localStorage.setItem(signedInHere, '1');
            else localStorage.removeItem(signedInHere);
        } catch {
            /* without storage each reload begins at the door */
        }
    }
}
