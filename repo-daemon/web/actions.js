/* What this person may do with this volume now, one button each; the repository says
 * which. A button that needs to know more (to whom, which slot, why) opens its questions
 * under itself; the reader can answer them.
 *
 * A command keeps its id until an answer came, so that pressing again after a lost
 * connection does it once. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get, newId, send } from '../../web/net.js';
import { message, Part, refusal, server } from '../../web/part.js';
import { tone } from '../../web/tones.js';
import { say } from '../../web/words.js';
import { actionsFor, commandFor, freeSlots } from './model.js';
import { placeName } from './names.js';
import { drawQuestions } from './questions.js';

const ORDER_POLL_MS = 700;
const CONFLICT = 409;

class Actions extends Part {
    static properties = {
        volume: {},
        person: {},
        open: { state: true }, /* name of the action whose questions are open */
        given: { state: true }, /* answers that the reader gave */
        slots: { state: true },
        people: { state: true },
        note: { state: true },
        order: { state: true }, /* {id, name, slot}: a lamp is lit and waited for */
        busy: { state: true },
    };

    constructor() {
        super();
        this.given = {};
        this.slots = [];
        this.people = [];
    }

    willUpdate(changed) {
        const old = changed.get('volume');
        if (!changed.has('volume') || old?.volume === this.volume.volume) return;
        Object.assign(this, { open: undefined, given: {}, note: undefined, order: undefined });
    }

    disconnectedCallback() {
        super.disconnectedCallback();
        clearTimeout(this.polling);
    }

    async learn() {
        const [{ slots }, { people }] = await Promise.all([get('/v1/slots'), get('/v1/people')]);
        this.slots = slots;
        this.people = people;
    }

    /* From the reader: true when an action here asks for such a label. */
    give(kind, text) {
        const asks = { S: 'slot', P: 'to' }[kind];
        const action = actionsFor(this.volume).find((one) => asks && one.asks.includes(asks));
        if (!action) return false;
        this.choose(action, { [asks]: text });
        return true;
    }

    run(name) {
        const action = actionsFor(this.volume).find((one) => one.name === name);
        if (!action) return false;
        this.choose(action);
        return true;
    }

    async choose(action, given = {}) {
        if (action.go) {
            location.hash = action.go(this.volume);
            return;
        }
        this.note = undefined;
        if (!action.asks.length && action.name !== 'take') {
            await this.send(action, {});
            return;
        }
        try {
            await this.learn();
        } catch (error) {
            this.note = refusal(error);
            return;
        }
        if (action.name === 'take') {
            await this.send(action, {});
            return;
        }
        this.given = given;
        this.open = action.name;
        await this.updateComplete;
        this.querySelector('.questions select, .questions input')?.focus();
    }

    idFor(command) {
        const text = JSON.stringify(command);
        if (this.unanswered?.text !== text) this.unanswered = { text, id: newId() };
        return this.unanswered.id;
    }

    async send(action, given) {
        if (this.busy) return;
        this.busy = true;
        const command = commandFor(action, this.volume, given, this.slots);
        try {
            const answer = await send(command.path, { id: this.idFor(command), ...command.body });
            this.unanswered = undefined;
            this.succeed(action, command, answer);
        } catch (error) {
            this.fail(error);
        }
        this.busy = false;
        this.tell('acted');
    }

    succeed(action, command, answer) {
        tone('accept');
        this.open = undefined;
        this.note = answer.seq
            ? message('good', say('do.done', { n: answer.seq }), answer.path && say('do.package', answer))
            : undefined;
        if (action.name === 'binding-check') this.tell('checked');
        if (!answer.order) return;
        this.order = { id: answer.order, name: action.name, slot: command.slot, colour: answer.colour };
        this.watch();
    }

    fail(error) {
        tone('refuse');
        if (error.status) this.unanswered = undefined;
        if (error.status === 401) this.tell('signed-out');
        this.note = error.status === CONFLICT && !error.detail
            ? message('bad', server(error.title), say('do.stale'))
            : refusal(error);
    }

    /* Until the rack has sensed it. */
    async watch() {
        clearTimeout(this.polling);
        try {
            const order = await get(`/v1/orders/${this.order.id}`);
            if (order.state === 'waiting') {
                this.polling = setTimeout(() => this.watch(), ORDER_POLL_MS);
                return;
            }
            tone(order.state === 'done' ? 'accept' : 'refuse');
            this.note = order.state === 'done'
                ? message('good', say('order.done'))
                : message('bad', say('order.failed'), say('order.failed.now'));
        } catch (error) {
            if (!error.status) {
                this.polling = setTimeout(() => this.watch(), ORDER_POLL_MS);
                return;
            }
            this.note = refusal(error);
        }
        this.order = undefined;
        this.tell('acted');
    }

    button(action, first) {
        const open = this.open === action.name;
        return html`<li>
            <button class="button ${first ? 'main' : ''}" type="button" ?disabled=${this.busy}
                aria-expanded=${action.asks.length ? String(open) : nothing}
                @click=${() => (open ? (this.open = undefined) : this.choose(action))}>
                ${icon(action.sign)}${say(`act.${action.name}`)}
            </button>
            ${open
                ? drawQuestions(action, {
                      volume: this.volume, person: this.person, people: this.people,
                      slots: freeSlots(this.slots), given: this.given,
                      done: (given) => this.send(action, given),
                      stop: () => (this.open = undefined),
                  })
                : nothing}
        </li>`;
    }

    idle() {
        const holder = this.volume.holder?.name;
        return html`<p class="soft">${say('do.none')} ${holder ? say('do.none.holder', { name: holder }) : nothing}</p>`;
    }

    render() {
        const actions = actionsFor(this.volume);
        return html`<section class="card part do" aria-labelledby="do-title">
            <h2 id="do-title">${say('do.title')}</h2>
            <div role="status" class="notes">
                ${this.order
                    ? message('wait', say(`order.${this.order.name}`, { place: placeName(this.order.slot), colour: say(`colour.${this.order.colour ?? 'green'}`) }), say('order.now'))
                    : nothing}
                ${this.note ?? nothing}
            </div>
            ${actions.length && !this.order
                ? html`<ul class="acts">${actions.map((action, i) => this.button(action, i === 0))}</ul>`
                : nothing}
            ${actions.length || this.order ? nothing : this.idle()}
        </section>`;
    }
}

customElements.define('jk-actions', Actions);
