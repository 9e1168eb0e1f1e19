/* Keeping and destroying: terms that are over, volumes on hold, and the lists by which
 * something is destroyed. An archivist marks volumes and proposes, a supervisor, another
 * person, decides; each writes down why. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get, newId, send } from '../../web/net.js';
import { badge, message, refusal, server } from '../../web/part.js';
import { tone } from '../../web/tones.js';
import { say } from '../../web/words.js';
import { FINISH } from './keys.js';
import { purgeLook, sizeOf, when } from './model.js';
import { stateBadge, volumeName } from './names.js';
import { View } from './view.js';

const MOST = 200; /* of each list; the rest comes when these are done */
const POLL_MS = 1000;

/* What both views do: send once, whatever the connection does, and tell how it went. */
class Keeping extends View {
    static properties = { person: {}, note: { state: true }, asked: { state: true } };

    isA(role) {
        return this.person.roles.includes(role);
    }

    /* `form`: what was written in it is done with. */
    async run(path, body, done, form) {
        const text = JSON.stringify([path, body]);
        if (this.unanswered?.text !== text) this.unanswered = { text, id: newId() };
        let answer;
        try {
            answer = await send(path, { id: this.unanswered.id, ...body });
            this.unanswered = undefined;
            this.asked = undefined;
            form?.reset();
            tone('accept');
            this.note = message('good', done, answer.seq ? say('do.done', { n: answer.seq }) : '');
        } catch (error) {
            tone('refuse');
            if (error.status) this.unanswered = undefined;
            this.note = refusal(error);
        }
        this.reload();
        return answer;
    }

    reasonOf(event) {
        event.preventDefault();
        return new FormData(event.target).get('reason').trim();
    }

    async ask(name, field) {
        this.note = undefined;
        this.asked = this.asked === name ? undefined : name;
        await this.updateComplete;
        this.querySelector(field)?.focus();
    }

    finish() {
        this.querySelector('.do input, .do button')?.focus();
    }
}

class Terms extends Keeping {
    static properties = { marked: { state: true } };

    constructor() {
        super();
        this.marked = new Set();
    }

    async load() {
        const [{ volumes, day }, held, { purges }] = await Promise.all([
            get(`/v1/retention?limit=${MOST}`), get(`/v1/retention?held=1&limit=${MOST}`), get(`/v1/purges?limit=${MOST}`),
        ]);
        const free = volumes.filter((one) => this.isFree(one)).map((one) => one.volume);
        this.marked = new Set([...this.marked].filter((label) => free.includes(label)));
        return { volumes, day, held: held.volumes, purges };
    }

    /* Neither proposed nor held, and where the archive has it. */
    isFree(volume) {
        return !volume.purge && !volume.holds.length && volume.state === 'archived';
    }

    mark(label) {
        const marked = new Set(this.marked);
        if (!marked.delete(label)) marked.add(label);
        this.marked = marked;
    }

    named() {
        return this.data.volumes.filter((one) => this.marked.has(one.volume)).map(({ volume, version }) => ({ volume, version }));
    }

    async propose(event) {
        const reason = this.reasonOf(event);
        if (!this.marked.size) {
            this.note = message('bad', say('keep.mark'));
            return;
        }
        const made = await this.run('/v1/purges', { volumes: this.named(), reason }, say('keep.did.propose'));
        if (made) location.hash = `#/retention/${made.purge}`;
    }

    async hold(event) {
        const reason = this.reasonOf(event);
        if (!this.marked.size) {
            this.note = message('bad', say('keep.mark'));
            return;
        }
        await this.run('/v1/holds', { volumes: this.named(), reason }, say('keep.did.hold'), event.target);
    }

    /* One hold stands on several volumes: it is lifted from those that are shown. */
    lift(event, hold) {
        const reason = this.reasonOf(event);
        const volumes = this.data.held.filter((one) => one.holds.some((of) => of.hold === hold)).map(({ volume, version }) => ({ volume, version }));
        return this.run(`/v1/holds/${hold}/lift`, { volumes, reason }, say('keep.did.lift'));
    }

    term(one) {
        const marks = this.isA('archivist') || this.isA('supervisor');
        return html`<tr>
            ${marks ? html`<td>${this.isFree(one)
                ? html`<input type="checkbox" class="mark" aria-label=${say('keep.mark.one', { name: `${one.case_no} ${volumeName(one)}` })}
                      .checked=${this.marked.has(one.volume)} @change=${() => this.mark(one.volume)}>`
                : nothing}</td>` : nothing}
            <th scope="row"><a href="#/v/${one.volume}" lang="zh-CN">${one.case_no}</a><small>${volumeName(one)}</small></th>
            <td class="wide" lang="zh-CN">${one.cover}</td>
            <td>${say(`keep.class.${one.retention.class}`)}<small>${one.retention.until}</small></td>
            <td>${one.purge ? html`<a href="#/retention/${one.purge}">${say('keep.list', { n: Number(one.purge) })}</a>`
                : one.holds.length ? badge('wait', say('keep.held'), 'stop') : stateBadge(one.state)}</td>
        </tr>`;
    }

    terms() {
        const { volumes } = this.data;
        const marks = this.isA('archivist') || this.isA('supervisor');
        return html`<section class="card part" aria-labelledby="terms"><h2 id="terms">${icon('clock')} ${say('keep.over')} <span class="n">${volumes.length}</span></h2>
            ${volumes.length
                ? html`<div class="table" tabindex="0" role="group" aria-label=${say('keep.over')}><table><caption class="sr">${say('keep.over')}</caption>
                      <thead><tr>${marks ? html`<td><span class="sr">${say('keep.mark')}</span></td>` : nothing}<th scope="col">${say('list.case')}</th>
                          <th scope="col">${say('list.cover')}</th><th scope="col">${say('keep.class')}</th><th scope="col">${say('list.state')}</th></tr></thead>
                      <tbody>${volumes.map((one) => this.term(one))}</tbody></table></div>`
                : html`<p class="empty">${say('keep.none')}</p>`}
        </section>`;
    }

    heldPart() {
        const { held } = this.data;
        const holds = new Map();
        for (const one of held) for (const hold of one.holds) holds.set(hold.hold, { ...hold, volumes: [...(holds.get(hold.hold)?.volumes ?? []), one] });
        if (!holds.size) return nothing;
        return html`<section class="card part" aria-labelledby="held"><h2 id="held">${icon('stop')} ${say('keep.holds')} <span class="n">${held.length}</span></h2>
            <ul class="told">${[...holds.values()].map((one) => html`<li>
                <div><p><span lang="zh-CN">${one.reason}</span> <span class="soft">${server(one.by?.name)} ${when(one.at)}</span></p>
                    <p>${one.volumes.map((volume) => html`<a href="#/v/${volume.volume}" lang="zh-CN">${volume.case_no} ${volumeName(volume)}</a> `)}</p>
                    ${this.asked === `lift${one.hold}` ? html`<form class="questions" @submit=${(event) => this.lift(event, one.hold)}>
                        <div class="field"><label for="lift-reason">${say('ask.reason')}</label><input id="lift-reason" name="reason" type="text" required maxlength="200" autocomplete="off"></div>
                        <div class="row"><button class="button main" type="submit">${icon('check')}${say('keep.lift')}</button></div></form>` : nothing}</div>
                ${this.isA('supervisor') ? html`<button class="button" type="button" aria-expanded=${String(this.asked === `lift${one.hold}`)}
                    @click=${() => this.ask(`lift${one.hold}`, '#lift-reason')}>${say('keep.lift')}</button>` : nothing}</li>`)}</ul>
        </section>`;
    }

    form() {
        const proposes = this.isA('archivist');
        if (!proposes && !this.isA('supervisor')) return nothing;
        return html`<form class="stack do" @submit=${proposes ? this.propose : this.hold}>
            <p>${say('keep.marked', { n: this.marked.size })}</p>
            <div class="field"><label for="reason">${say(proposes ? 'keep.why' : 'keep.why.hold')}</label>
                <input id="reason" name="reason" type="text" required maxlength="200" autocomplete="off"></div>
            <button class="button main" type="submit">${icon(proposes ? 'archive' : 'stop')}${say(proposes ? 'keep.propose' : 'keep.hold')}<kbd>${FINISH}</kbd></button>
            <p class="soft">${say(proposes ? 'keep.two' : 'keep.hold.say')}</p>
        </form>`;
    }

    draw() {
        const { purges, day } = this.data;
        return html`<div class="desk">
            <div class="stack"><div class="row head"><h1>${say('keep.head')}</h1> <span class="soft">${say('keep.day', { day })}</span></div>
                ${refusal(this.error)}${this.terms()}${this.heldPart()}</div>
            <div class="stack"><section class="card part" aria-labelledby="do-title"><h2 id="do-title">${say('do.title')}</h2>
                    <div role="status" class="notes">${this.note ?? nothing}</div>${this.form()}</section>
                <section class="card part" aria-labelledby="purges"><h2 id="purges">${icon('archive')} ${say('keep.lists')} <span class="n">${purges.length}</span></h2>
                    ${purges.length ? html`<ul class="sums">${purges.map((one) => html`<li><span><a href="#/retention/${one.purge}">${say('keep.list', { n: Number(one.purge) })}</a>
                        <small class="soft">${say('vol.list', { n: one.lines.length })}</small></span>${badge(...purgeLook(one))}</li>`)}</ul>`
                        : html`<p class="soft">${say('keep.lists.none')}</p>`}</section></div>
        </div>`;
    }
}

class Purge extends Keeping {
    async load() {
        const purge = await get(`/v1/purges/${this.arg}`);
        clearTimeout(this.polling);
        if (purge.state === 'approved') this.polling = setTimeout(() => this.reload(), POLL_MS);
        return purge;
    }

    disconnectedCallback() {
        super.disconnectedCallback();
        clearTimeout(this.polling);
    }

    decide(event) {
        const result = event.submitter?.value ?? 'refused';
        const { purge, version } = this.data;
        return this.run(`/v1/purges/${purge}/decision`, { result, version, reason: this.reasonOf(event) }, say(`keep.did.${result}`));
    }

    form() {
        const own = this.data.by?.badge === this.person.badge;
        if (this.data.state !== 'proposed' || (!own && !this.isA('supervisor'))) return html`<p class="soft">${say('do.none')}</p>`;
        return html`<form class="stack do" @submit=${this.decide}>
            <div class="field"><label for="reason">${say('keep.why.decide')}</label><input id="reason" name="reason" type="text" required maxlength="200" autocomplete="off"></div>
            <div class="row">${own
                ? html`<button class="button" type="submit" name="result" value="withdrawn">${icon('back')}${say('keep.withdraw')}</button>`
                : html`<button class="button stop" type="submit" name="result" value="approved">${icon('check')}${say('keep.approve')}</button>
                      <button class="button" type="submit" name="result" value="refused">${icon('back')}${say('keep.refuse')}</button>`}</div>
            <p class="soft">${say(own ? 'keep.own' : 'keep.after')}</p>
        </form>`;
    }

    row(line) {
        return html`<tr><th scope="row"><a href="#/v/${line.volume}" lang="zh-CN">${line.case_no}</a><small>${volumeName(line)}</small></th>
            <td>${say(`keep.class.${line.class}`)}<small>${line.until}</small></td><td>${say('pages.count', { n: line.pages })}</td><td>${stateBadge(line.state)}</td></tr>`;
    }

    draw() {
        const one = this.data;
        const fact = (name, value, small) => html`<div><dt>${say(name)}</dt><dd>${value}${small ? html`<small>${small}</small>` : nothing}</dd></div>`;
        return html`<div class="counter">
            <div class="title"><div><h1>${say('keep.title')} ${say('keep.list', { n: Number(one.purge) })}</h1><p lang="zh-CN">${one.reason}</p></div>
                <p class="row state">${badge(...purgeLook(one))}</p></div>
            <dl class="facts">${fact('keep.by', server(one.by?.name), when(one.at))}
                ${fact('keep.decided', one.decided_by ? server(one.decided_by.name) : say('keep.notyet'), one.decided_by ? html`${when(one.decided_at)} <span lang="zh-CN">${one.decision}</span>` : '')}
                ${fact('keep.files', say('keep.files.n', { n: one.files }), `${sizeOf(one.bytes)}${one.shared ? ` · ${say('keep.shared', { n: one.shared })}` : ''}`)}</dl>
            <section class="card part" aria-labelledby="do-title"><h2 id="do-title">${say('do.title')}</h2>
                <div role="status" class="notes">${this.note ?? nothing}</div>${this.form()}
                <p><a class="button" href="/v1/purges/${one.purge}/slip" target="_blank" rel="noopener">${icon('print')}${say('keep.slip')}</a></p></section>
            <section class="card part" aria-labelledby="lines"><h2 id="lines">${say('keep.volumes')} <span class="n">${one.lines.length}</span></h2>
                <div class="table" tabindex="0" role="group" aria-label=${say('keep.volumes')}><table><caption class="sr">${say('keep.volumes')}</caption>
                    <thead><tr><th scope="col">${say('list.case')}</th><th scope="col">${say('keep.class')}</th><th scope="col">${say('tab.pages')}</th><th scope="col">${say('list.state')}</th></tr></thead>
                    <tbody>${one.lines.map((line) => this.row(line))}</tbody></table></div></section>
        </div>`;
    }
}

customElements.define('jk-retention', Terms);
customElements.define('jk-purge', Purge);
