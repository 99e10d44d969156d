// `hereabouts/service-worker`: answers on the device, background sync and offline files, for
// service workers.

export type { AnswerOptions } from './service-worker/answers.js';
export { answerPlaceKit } from './service-worker/answers.js';
export type { BackgroundOptions } from './service-worker/background.js';
export { requestSync, syncInBackground } from './service-worker/background.js';
export type { KeepOptions, KeptGeocoder } from './service-worker/kept.js';
export { keepGeocoder } from './service-worker/kept.js';
export type { PrecacheOptions } from './service-worker/precache.js';
export { precache } from './service-worker/precache.js';
