/* The desk: what waits for me, what I hold, and how the whole house stands. */
import { html } from 'lit';

import { icon } from '../../web/icons.js';
import { get } from '../../web/net.js';
import { say } from '../../web/words.js';
import { stateLook } from './model.js';
import { stateBadge, volumeTable } from './names.js';
import { View } from './view.js';

class Desk extends View {
    static properties = { person: {} };

    async load() {
        const badge = this.person.badge;
        const [board, mine, moving, { batches }] = await Promise.all([
            get('/v1/board'),
            get(`/v1/volumes?holder=${badge}&limit=50`),
            get('/v1/volumes?state=in-transit&limit=200'),
            get(`/v1/batches?state=open&holder=${badge}`),
        ]);
        return {
            board,
            mine: mine.volumes.filter((volume) => volume.holder?.badge === badge),
            trolleys: batches.filter((batch) => batch.to?.badge === badge),
            toMe: moving.volumes.filter((volume) => volume.to?.badge === badge),
        };
    }

    list(title, volumes, none) {
        return html`<section class="card part">
            <h2>${say(title)} <span class="n">${volumes.length}</span></h2>
            ${volumes.length ? volumeTable(volumes, say(title)) : html`<p class="soft">${say(none)}</p>`}
        </section>`;
    }

    trolleys() {
        return this.data.trolleys.map((one) => html`<p><a class="button main" href="#/b/${one.batch}">${icon('hand')}${say('desk.trolley', { from: one.from?.name ?? '', n: one.volumes })}</a></p>`);
    }

    draw() {
        const { board, mine, toMe } = this.data;
        const states = Object.keys(stateLook).filter((state) => board.states[state]);
        return html`<div class="desk">
            <div class="stack">
                <h1 class="sr">${say('nav.desk')}</h1>
                ${this.trolleys()}
                ${this.list('desk.tome', toMe, 'desk.tome.none')} ${this.list('desk.mine', mine, 'desk.mine.none')}
            </div>
            <section class="card part" aria-labelledby="states">
                <h2 id="states">${say('desk.states')}</h2>
                <ul class="sums">
                    ${states.map((state) => html`<li>
                        <a href="#/volumes/state:${state}">${stateBadge(state)}</a><b>${board.states[state]}</b>
                    </li>`)}
                </ul>
                <dl class="pairs">
                    <div><dt>${say('desk.free')}</dt><dd>${board.slots.free}</dd></div>
                    <div><dt>${say('desk.full')}</dt><dd>${board.slots.full}</dd></div>
                </dl>
            </section>
        </div>`;
    }
}

customElements.define('jk-desk', Desk);
