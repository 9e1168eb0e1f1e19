/* What must be known before some actions: to whom, which slot, how many sheets, why, and
 * for the archive notice how the case ended, for the archive how long it is kept. */
import { html } from 'lit';

import { icon } from '../../web/icons.js';
import { whole } from '../../web/part.js';
import { say } from '../../web/words.js';
import { nameOf, placeName } from './names.js';

const outcomes = ['判决', '调解', '撤诉', '裁定'];
const FACTS = 'facts[]'; /* one name, several answers */
const facts = ['保全', '上诉'];
const longer = ['long', 'permanent'];
const watchers = ['keeper', 'archivist', 'supervisor'];
const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);

/* A machine or the person already holding it cannot be handed anything. */
function receivers({ people, person, volume }) {
    return people.filter((one) => one.badge !== person.badge && one.badge !== volume.holder?.badge &&
        !one.roles.every((role) => role === 'station' || role === 'rack'));
}

const draw = {
    to: (now) => html`<div class="field"><label for="to">${say('ask.to')}</label>
        <select id="to" name="to" required aria-describedby="to-help">
            <option value="" ?selected=${!now.given.to}>${say('ask.to.choose')}</option>
            ${receivers(now).map((one) => html`<option value=${one.badge} ?selected=${one.badge === now.given.to} lang="zh-CN">
                ${one.name} ${one.roles.map((role) => nameOf('roles', role)).join('、')}</option>`)}
        </select>
        <p class="help" id="to-help">${say('do.card')}</p></div>`,

    slot: (now) => html`<div class="field"><label for="slot">${say('ask.slot')}</label>
        <select id="slot" name="slot" required>
            ${now.slots.length ? now.slots.map((one) => html`<option value=${one.slot} ?selected=${one.slot === now.given.slot}>
                ${say(one.live ? 'ask.slot.light' : 'ask.slot.hand', { place: placeName(one.slot) })}</option>`)
                : html`<option value="">${say('ask.slot.none')}</option>`}
        </select></div>`,

    sheets: (now) => html`<div class="field"><label for="sheets">${say('ask.sheets')}</label>
        <input id="sheets" name="sheets" type="number" min="1" max="2000" .value=${String(now.volume.sheets ?? '')}
            @focus=${whole}></div>`,

    witness: (now) => html`<div class="field"><label for="witness">${say('ask.witness')}</label>
            <select id="witness" name="witness" required><option value="">${say('ask.to.choose')}</option>
                ${now.people.filter((one) => one.badge !== now.person.badge && one.roles.some((role) => watchers.includes(role)))
                    .map((one) => html`<option value=${one.badge} ?selected=${one.badge === now.given.to} lang="zh-CN">${one.name}</option>`)}</select></div>
        <div class="field"><label for="witness-pin">${say('ask.pin')}</label>
            <input id="witness-pin" name="witness_pin" type="password" required maxlength="12" autocomplete="off" inputmode="numeric"></div>`,

    reason: () => html`<div class="field"><label for="reason">${say('ask.reason')}</label>
        <input id="reason" name="reason" type="text" required maxlength="200" autocomplete="off"></div>`,

    term: () => html`<div class="field"><label for="class">${say('ask.term')}</label>
            <select id="class" name="class" aria-describedby="class-help"
                @change=${({ target }) => { target.form.elements.reason.required = target.value !== ''; }}>
                <option value="">${say('ask.term.table')}</option>
                ${longer.map((one) => html`<option value=${one}>${say(`keep.class.${one}`)}</option>`)}
            </select>
            <p class="help" id="class-help">${say('ask.term.help')}</p></div>
        <div class="field"><label for="reason">${say('ask.term.reason')}</label>
            <input id="reason" name="reason" type="text" maxlength="60" autocomplete="off"></div>`,

    notice: () => html`<div class="field"><label for="outcome">${say('ask.outcome')}</label>
            <select id="outcome" name="outcome">${outcomes.map((one) => html`<option value=${one}>${say(`outcome.${one}`)}</option>`)}</select></div>
        <fieldset class="row"><legend class="sr">${say('ask.facts')}</legend>
            ${facts.map((one) => html`<label class="choice"><input type="checkbox" name="facts[]" value=${one}>${say(`fact.${one}`)}</label>`)}
        </fieldset>
        <div class="field"><label for="closed">${say('ask.closed')}</label>
            <input id="closed" name="closed_on" type="date" required .value=${today()}></div>`,
};

export const questionNames = Object.keys(draw);

/* Answers as the API wants them; what was left empty is left out. */
export function answersOf(form, asks) {
    const given = {};
    for (const [name, value] of form) if (value !== '' && name !== FACTS) given[name] = value;
    if (given.sheets) given.sheets = Number(given.sheets);
    if (asks.includes('notice')) given.facts = form.getAll(FACTS);
    return given;
}

/* `now`: volume, person, people, slots, given (from the reader), done(given), stop(). */
export function drawQuestions(action, now) {
    const submit = (event) => {
        event.preventDefault();
        now.done(answersOf(new FormData(event.target), action.asks));
    };
    return html`<form class="questions" @submit=${submit}>
        ${action.asks.map((name) => draw[name](now))}
        <div class="row">
            <button class="button main" type="submit">${icon('check')}${say(`act.${action.name}`)}</button>
            <button class="button quiet" type="button" @click=${now.stop}>${say('cancel')}</button>
        </div>
    </form>`;
}
