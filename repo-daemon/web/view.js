/* A view that reads from the repository: load() is called when it is shown, when its
 * argument changes, and on each beat of the live stream; it draws what it last read. */
import { message, Part, refusal } from '../../web/part.js';
import { say } from '../../web/words.js';

export class View extends Part {
    static properties = {
        arg: {}, /* what the address names: a label */
        beat: { type: Number }, /* grows with each piece of news */
        error: { state: true },
        data: { state: true },
    };

    willUpdate(changed) {
        if (!changed.has('arg') && !changed.has('beat')) return;
        if (changed.has('arg')) this.data = undefined;
        this.reload();
    }

    /* Two quick beats must not let the older answer win. */
    async reload() {
        const turn = (this.turn = (this.turn ?? 0) + 1);
        try {
            const data = await this.load();
            if (turn !== this.turn) return;
            this.data = data;
            this.error = undefined;
        } catch (error) {
            if (turn !== this.turn) return;
            if (error.status === 401) this.tell('signed-out');
            this.error = error;
        }
    }

    render() {
        if (this.error && !this.data) return refusal(this.error);
        if (!this.data) return message('calm', say('busy'));
        return this.draw();
    }
}
