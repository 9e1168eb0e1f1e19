/* Log-ins: one's own one-time codes, and for the admin the people and the certificates of
 * stations. Codes are set up here by whoever must use them before anything else. */
import { html, nothing, svg } from 'lit';

import { icon } from '../../web/icons.js';
import { get, newId, send } from '../../web/net.js';
import { badge, message, refusal, server } from '../../web/part.js';
import { tone } from '../../web/tones.js';
import { addWords, say } from '../../web/words.js';
import { words } from './words_people.js';
import { View } from './view.js';

addWords(words);

const looks = { '': ['good', 'cert.good'], soon: ['wait', 'cert.soon'], over: ['bad', 'cert.over'], ended: ['calm', 'cert.ended'] };
const day = (ms) => new Date(ms).toLocaleDateString('sv-SE');

function drawCode(rows) {
    const dark = rows.flatMap((row, y) => [...row].map((one, x) => (one === '1' ? `M${x} ${y}h1v1h-1z` : ''))).join('');
    return html`<svg class="qr" role="img" aria-label=${say('totp.qr')} viewBox="0 0 ${rows.length} ${rows.length}"
        width="240" height="240" shape-rendering="crispEdges">${svg`<rect width="100%" height="100%" fill="#fff"></rect><path fill="#000" d=${dark}></path>`}</svg>`;
}

class People extends View {
    static properties = {
        person: {},
        begun: { state: true }, /* a secret that waits for its first code */
        recovery: { state: true }, /* shown once */
        asked: { state: true }, /* {badge, what}: a reason is asked for */
        note: { state: true },
    };

    async load() {
        const session = await get('/v1/session');
        const sees = session.person.roles.some((role) => ['admin', 'supervisor', 'auditor'].includes(role));
        if (session.totp_needed) return { session };
        const { people } = session.person.roles.includes('admin') ? await get('/v1/people') : { people: undefined };
        const { certificates } = sees ? await get('/v1/stations') : { certificates: undefined };
        return { session, people, certificates };
    }

    async run(act) {
        try {
            await act();
            tone('accept');
        } catch (error) {
            tone('refuse');
            this.note = refusal(error);
        }
        this.reload();
    }

    begin() {
        this.note = undefined;
        return this.run(async () => {
            this.begun = await send('/v1/session/totp', {});
            await this.updateComplete;
            this.querySelector('#totp-code').focus();
        });
    }

    confirm(event) {
        event.preventDefault();
        const code = new FormData(event.target).get('code').trim();
        return this.run(async () => {
            this.recovery = (await send('/v1/session/totp/confirm', { id: newId(), code })).recovery;
            this.begun = undefined;
            this.note = message('good', say('totp.done'));
            this.tell('codes-on');
        });
    }

    async ask(badgeOf, what) {
        this.note = undefined;
        this.asked = { badge: badgeOf, what };
        await this.updateComplete;
        this.querySelector('#why').focus();
    }

    settle(event) {
        event.preventDefault();
        const { badge: of, what } = this.asked;
        const reason = new FormData(event.target).get('why').trim();
        return this.run(async () => {
            await send(what === 'revocation' ? `/v1/stations/${of}/${what}` : `/v1/people/${of}/${what}`, { id: newId(), reason });
            this.asked = undefined;
            this.note = message('good', say(`people.${what}.done`));
        });
    }

    why(of) {
        if (this.asked?.badge !== of) return nothing;
        return html`<form class="questions" @submit=${this.settle}>
            <div class="field"><label for="why">${say(`people.${this.asked.what}.why`)}</label>
                <input id="why" name="why" type="text" required maxlength="60" autocomplete="off"></div>
            <div class="row"><button class="button main" type="submit">${icon('check')}${say(`people.${this.asked.what}`)}</button>
                <button class="button quiet" type="button" @click=${() => (this.asked = undefined)}>${say('cancel')}</button></div>
        </form>`;
    }

    mine({ totp, totp_needed: needed }) {
        if (this.recovery)
            return html`<p>${say('totp.recovery')}</p><ol class="mono">${this.recovery.map((one) => html`<li>${one}</li>`)}</ol>`;
        if (this.begun)
            return html`<form class="questions" @submit=${this.confirm}>
                <p>${say('totp.scan')}</p>${drawCode(this.begun.qr)}
                <p>${say('totp.secret')} <span class="mono">${this.begun.secret}</span></p>
                <div class="field"><label for="totp-code">${say('totp.code')}</label>
                    <input id="totp-code" name="code" type="text" inputmode="numeric" required maxlength="6" autocomplete="one-time-code"></div>
                <button class="button main" type="submit">${icon('check')}${say('totp.confirm')}</button>
            </form>`;
        if (totp) return message('good', say('totp.on'), say('totp.on.now'));
        return html`${needed ? message('wait', say('totp.needed'), say('totp.needed.now')) : html`<p>${say('totp.off')}</p>`}
            <button class="button main" type="button" @click=${this.begin}>${say('totp.begin')}</button>`;
    }

    everybody(people) {
        const other = (one, what) => html`<button class="button" type="button" @click=${() => this.ask(one.badge, what)}
            aria-label=${`${one.name}：${say(`people.${what}`)}`}>${say(`people.${what}`)}</button>`;
        return html`<section aria-labelledby="people-title"><h2 id="people-title">${say('people.title')}</h2>
            <ul class="people">${people.map((one) => html`<li>
                <p class="row">${server(one.name)} <span class="soft">${one.login}</span> <span class="mono soft">${one.badge}</span>
                    ${one.waits_s ? badge('wait', say('people.waits', { minutes: Math.ceil(one.waits_s / 60) })) : nothing}
                    ${one.badge === this.person.badge ? nothing : html`${other(one, 'unlock')}${other(one, 'totp-reset')}`}</p>
                ${this.why(one.badge)}</li>`)}</ul></section>`;
    }

    machines(certificates) {
        return html`<section aria-labelledby="certs-title"><h2 id="certs-title">${say('cert.title')}</h2>
            ${certificates.length ? nothing : html`<p class="empty">${say('cert.none')}</p>`}
            <ul class="people">${certificates.map((one) => html`<li>
                <p class="row"><strong>${one.name}</strong> ${badge(looks[one.state][0], say(looks[one.state][1], { day: day(one.until_ms) }))}
                    <span class="mono soft">${one.serial.slice(0, 12)}</span>
                    ${one.state === 'ended' || !this.person.roles.includes('admin') ? nothing
                        : html`<button class="button" type="button" aria-label=${`${one.name}：${say('people.revocation')}`}
                            @click=${() => this.ask(one.serial, 'revocation')}>${say('people.revocation')}</button>`}</p>
                ${one.reason ? html`<p class="soft">${server(one.reason)}</p>` : nothing}
                ${this.why(one.serial)}</li>`)}</ul></section>`;
    }

    draw() {
        const { session, people, certificates } = this.data;
        return html`<h1>${say('nav.people')}</h1>
            <div role="status">${this.note ?? nothing}</div>
            <section aria-labelledby="mine-title"><h2 id="mine-title">${say('totp.title')}</h2>${this.mine(session)}</section>
            ${certificates ? this.machines(certificates) : nothing}
            ${people ? this.everybody(people) : nothing}`;
    }
}

customElements.define('jk-people', People);
