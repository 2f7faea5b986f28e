/** The rules between parameters: what each of them may be, but not together with the others. */

import { findBodyChange } from '../api/additionalBody';
import { findTooLong } from '../api/formatLookup';
import type { Target } from '../api/modelLookup';
import type { VideoRequest } from '../api/request';
import { MODE_LABELS, type Parameter } from '../n8n/words/labels';
import { bodyWords, parameterWords } from '../n8n/words/parameters';
import type { Words } from '../n8n/words/phrases';

/** A parameter, and what is wrong with it, if anything is. */
type Rule = readonly [
	parameter: Parameter,
	find: (request: VideoRequest, model: Target) => Words | undefined | false,
];

/** Options that not everything else goes with. */
type Choosy = 'cameraControl' | 'lastFrame' | 'sound';

/** In the order in which users are told. */
const RULES: readonly Rule[] = [
	[
		'lastFrame',
		(request, { lastFrame, displayName }) =>
			request.lastFrame && !lastFrame && parameterWords.noSuchOption('lastFrame', displayName),
	],
	onlyWith('lastFrame', 'mode', ({ lastFrame }) => lastFrame?.modes),
	notTogether('lastFrame', 'sound', ({ lastFrame }) => lastFrame?.isSilent),
	notTogether('lastFrame', 'multiShot', ({ lastFrame }) => lastFrame?.isSingleShot),
	onlyWith('sound', 'mode', ({ soundModes }) => soundModes),
	onlyWith('cameraControl', 'mode', ({ camera }) => camera?.modes),
	onlyWith('cameraControl', 'duration', ({ camera }) => camera?.durations),
	[
		'shots',
		({ multiShot, duration }) => {
			if (multiShot?.shotType !== 'customize') return undefined;
			const seconds = multiShot.shots.reduce((sum, shot) => sum + shot.duration, 0);
			return seconds !== duration && parameterWords.shotsDontAddUp(seconds, duration);
		},
	],
	[
		'shots',
		(request, { format }) => {
			if (request.multiShot?.shotType !== 'customize') return undefined;
			const tooLong = findTooLong(request, format);
			return tooLong && parameterWords.shotsTooLong(tooLong.length, tooLong.most);
		},
	],
];

/** Of every model, also one of which nobody here knows anything. */
const NEEDS_PROMPT: Rule = [
	'prompt',
	({ prompt, multiShot }) =>
		prompt === '' && multiShot?.shotType !== 'customize' && parameterWords.empty('prompt'),
];

/** Of every model: what the node answers for is not changed by additional fields. */
const KEEPS_OWN_FIELDS = (['model', 'externalTaskId'] as const).map(
	(own): Rule => [
		'additionalBodyFields',
		(request, model) => {
			const field = findBodyChange(own, request, model);
			const isOption = own === 'model' || model.format !== 'gateway';
			return (
				field !== undefined &&
				bodyWords.changes('additionalBodyFields', field, isOption ? own : undefined)
			);
		},
	],
);

/** @returns the first parameter that does not go with the others, and what is wrong with it */
export function findConflict(request: VideoRequest, model: Target): [Parameter, Words] | undefined {
	const ofModel = model.isOpen ? [] : RULES;
	for (const [parameter, find] of [NEEDS_PROMPT, ...ofModel, ...KEEPS_OWN_FIELDS]) {
		const words = find(request, model);
		if (words) return [parameter, words];
	}
	return undefined;
}

function onlyWith(
	option: Choosy,
	other: 'mode' | 'duration',
	allowedBy: (model: Target) => ReadonlyArray<string | number> | undefined,
): Rule {
	return [
		option,
		(request, model) => {
			const allowed = allowedBy(model);
			if (!request[option] || !allowed || allowed.includes(request[other])) return undefined;
			const labels: Readonly<Record<string, string>> = other === 'mode' ? MODE_LABELS : {};
			const names = allowed.map((value) => labels[value] ?? String(value));
			return parameterWords.onlyWith(option, model.displayName, other, names);
		},
	];
}

function notTogether(
	option: Choosy,
	other: 'sound' | 'multiShot',
	isForbiddenBy: (model: Target) => boolean | undefined,
): Rule {
	return [
		option,
		(request, model) =>
			request[option] &&
			request[other] &&
			isForbiddenBy(model) &&
			parameterWords.notTogether(option, other, model.displayName),
	];
}
