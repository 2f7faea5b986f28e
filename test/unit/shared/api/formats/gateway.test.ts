import { gateway } from '../../../../../nodes/shared/api/formats/gateway';
import { REQUEST, TARGET } from '../../../gatewayReplies';

describe('the requests of the gateway format', () => {
	it('create a video, to the letter', () => {
		const request = {
			...REQUEST,
			negativePrompt: 'rain',
			cfgScale: 0,
			cameraControl: { type: 'pan', value: -3 },
		} as const;
		expect(gateway.create(request, TARGET)).toEqual({
			method: 'POST',
			path: '/v1/videos/text2video',
			body: {
				model_name: 'kling-v1-6',
				mode: 'std',
				prompt: 'a cat',
				negative_prompt: 'rain',
				duration: 5,
				aspect_ratio: '16:9',
				cfg_scale: 0,
				camera_control: { type: 'pan', config: { value: -3 } },
			},
		});
	});

	it('hold nothing that nobody chose', () => {
		expect(JSON.parse(JSON.stringify(gateway.create(REQUEST, TARGET).body))).toEqual({
			model_name: 'kling-v1-6',
			mode: 'std',
			prompt: 'a cat',
			duration: 5,
			aspect_ratio: '16:9',
		});
	});

	it('find a task by its ID, whatever signs it has', () => {
		expect(gateway.find('t/1')).toEqual([{ method: 'GET', path: '/v1/videos/text2video/t%2F1' }]);
	});

	it('know no list and no external task ID', () => {
		expect(gateway.list).toBeUndefined();
		expect(gateway.many).toBeUndefined();
		expect(gateway.findByExternalId).toBeUndefined();
		expect(gateway.features).toEqual([]);
	});
});
