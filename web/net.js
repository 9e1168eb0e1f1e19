/* Talking to the program that served the page.
 *
 * call() answers with the JSON of a good answer and throws a Refusal otherwise; a Refusal
 * always carries a sentence and what to do, for the problem documents of our servers
 * have them. Live keeps a page current: Server-Sent Events while they hold, and asking
 * every few seconds while they do not. */
import { say } from './words.js';

const RETRY_MS = 2000;

export class Refusal extends Error {
    constructor(status, title, detail, code) {
        super(title);
        this.status = status;
        this.title = title;
        this.detail = detail;
        this.code = code; /* the stable word of the problem */
    }
}

async function answerOf(response) {
    const type = response.headers.get('content-type') ?? '';
    if (type.includes('json')) return response.json();
    return response.text();
}

export async function call(method, path, body) {
    const init = { method, credentials: 'same-origin', headers: {} };
    if (body !== undefined) {
        init.headers['content-type'] = 'application/json';
        init.body = JSON.stringify(body);
    }
    let response;
    let answer;
    try {
        response = await fetch(path, init);
        answer = response.status === 204 ? {} : await answerOf(response);
    } catch {
        throw new Refusal(0, say('net.down'), say('net.down.now'));
    }
    if (response.ok) return answer;
    throw new Refusal(
        response.status,
        answer?.title ?? say('net.odd'),
        answer?.title ? answer.detail : say('net.odd.now'),
        answer?.type?.split('#')[1],
    );
}

export const get = (path) => call('GET', path);
export const send = (path, body = {}) => call('POST', path, body);

/* 128 bits that name one command, so that sending it twice does it once. */
export function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Live {
    /* heard: {event name: function(data)}; poll: asked while the stream is down;
     * up: told true and false. */
    constructor(url, heard, poll, up) {
        this.url = url;
        this.heard = heard;
        this.poll = poll;
        this.up = up;
        this.open();
    }

    open() {
        this.source = new EventSource(this.url);
        this.source.onopen = () => this.isUp();
        this.source.onerror = () => this.isDown();
        for (const [name, listener] of Object.entries(this.heard))
            this.source.addEventListener(name, (event) => {
                this.isUp();
                listener(JSON.parse(event.data || '{}'));
            });
    }

    isUp() {
        clearInterval(this.asking);
        this.asking = undefined;
        this.up(true);
    }

    /* The browser retries by itself, except after an answer that is no stream. */
    isDown() {
        this.up(false);
        this.asking ??= setInterval(() => {
            if (this.source.readyState === EventSource.CLOSED) this.open();
            this.poll();
        }, RETRY_MS);
    }

    close() {
        clearInterval(this.asking);
        this.source.close();
    }
}
